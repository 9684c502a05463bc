import type { Config } from '../config/config.ts';
import { renderNothingPending } from '../report/nothing-pending.ts';
import { loadGraphToRun } from '../revisions/load-graph.ts';
import type { AtTarget, RehearsalReport } from '../run/outcome.ts';
import { toolVersion } from '../version.ts';
import { atTargetHere, withOlderTarget } from './migrate.ts';
import type { Ended } from './recorded.ts';
import { argumentsOf, type RevisionArguments, type SessionOptions, sessionFor } from './session.ts';

export interface RehearseOptions extends SessionOptions, RevisionArguments {
  /** If left out: upgrade. */
  readonly verb?: 'upgrade' | 'downgrade';
}

/**
 * Runs a whole upgrade or downgrade on a copy, which is then removed. Nothing is lost, so no consent is needed.
 * @throws {DrydockError} with the code that the real run would have ended with; the database is untouched.
 * @example
 * const rehearsal = await rehearse(config);
 * if (rehearsal.outcome === 'passed') console.log(rehearsal.checks);
 */
export async function rehearse(
  config: Config,
  target = 'head',
  options: RehearseOptions = {},
): Promise<RehearsalReport | AtTarget> {
  const session = sessionFor(config, options);
  const of = { verb: options.verb ?? 'upgrade', target, ...argumentsOf(options) } as const;
  const graph = loadGraphToRun(config);
  const answer = atTargetHere(config, graph, of);
  if (answer !== undefined) return withOlderTarget(graph, of, answer);
  const { recordedRun } = await import('./recorded.ts');
  const command = { verb: 'rehearse', of } as const;
  const result = await recordedRun(session, { config, command, describe }, async (observer, stop) => {
    const { rehearse: run } = await import('../run/rehearse.ts');
    return run({ command, config, toolVersion: toolVersion() }, observer, stop);
  });
  return withOlderTarget(graph, of, result);
}

function describe(report: RehearsalReport | AtTarget): Ended {
  const passed = report.outcome === 'passed';
  const sentence = passed ? report.verdict : renderNothingPending(report.database, report.to);
  return { ending: { outcome: passed ? 'done' : report.outcome, exitCode: 0, sentence } };
}
