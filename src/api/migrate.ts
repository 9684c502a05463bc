/** Upgrade, downgrade, stamp and ensure-version: a run, unless a plain read shows that there is nothing to do. */
import type { Config } from '../config/config.ts';
import type { RevisionGraph } from '../revisions/graph.ts';
import { planDowngrade } from '../revisions/steps.ts';
import { atTarget } from '../run/fast-path.ts';
import type { AtTarget, MigrationCommand, RehearsalReport, RehearseCommand, RunReport } from '../run/outcome.ts';
import { loadGraph } from '../run/preflight.ts';
import { toolVersion } from '../version.ts';
import type { Session } from './session.ts';

/** @throws {DrydockError} with the code of the ending; see docs/exit-codes.md. */
export async function migrate(
  config: Config,
  command: MigrationCommand,
  session: Session,
): Promise<RunReport | AtTarget> {
  const graph = loadGraph(config.migrations);
  const result =
    findAtTarget(config, graph, command) ??
    (await session(async (observer, stop) => {
      const { run } = await import('../run/run.ts');
      return run({ command, config, toolVersion: toolVersion() }, observer, stop);
    }));
  return withOlderTarget(graph, command, result);
}

/**
 * The run that {@link migrate} does for an upgrade, on a copy.
 * @throws {DrydockError} with the code that the upgrade would have ended with.
 */
export async function rehearse(
  config: Config,
  command: RehearseCommand,
  session: Session,
): Promise<RehearsalReport | AtTarget> {
  const graph = loadGraph(config.migrations);
  const upgrade = { ...command, verb: 'upgrade' } as const;
  const result =
    findAtTarget(config, graph, upgrade) ??
    (await session(async (observer, stop) => {
      const { rehearse: rehearseRun } = await import('../run/rehearse.ts');
      return rehearseRun({ command, config, toolVersion: toolVersion() }, observer, stop);
    }));
  return withOlderTarget(graph, upgrade, result);
}

function findAtTarget(config: Config, graph: RevisionGraph, command: MigrationCommand): AtTarget | undefined {
  const current = atTarget(config.database, graph, command);
  if (current === undefined) return undefined;
  return { outcome: 'nothing-pending', database: config.database, from: current, to: current };
}

function withOlderTarget<T extends AtTarget | RunReport | RehearsalReport>(
  graph: RevisionGraph,
  command: MigrationCommand,
  result: T,
): T {
  const { outcome, to } = result;
  const isOlder =
    outcome === 'nothing-pending' && command.verb === 'upgrade' && planDowngrade(graph, to, command.target).length > 0;
  return isOlder ? { ...result, olderTarget: true } : result;
}
