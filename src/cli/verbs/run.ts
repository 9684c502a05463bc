import type { Config } from '../../config/config.ts';
import { DrydockError } from '../../errors.ts';
import { renderRunReport } from '../../report/run-report.ts';
import type { RevisionGraph } from '../../revisions/graph.ts';
import { planDowngrade } from '../../revisions/steps.ts';
import { atTarget } from '../../run/fast-path.ts';
import type { MigrationCommand } from '../../run/outcome.ts';
import { loadGraph } from '../../run/preflight.ts';
import { describeRevisions } from '../../run/words.ts';
import { toolVersion } from '../../version.ts';
import type { Output } from '../print.ts';

export interface RunFlags {
  /** `-x key=value`, one for each time that it was given. */
  readonly x?: readonly string[];
  readonly sql?: true;
}

export interface StampFlags {
  readonly purge?: true;
  readonly force?: true;
  readonly sql?: true;
  readonly x?: readonly string[];
}

/** With `olderTarget: true` where nothing was done because the target lies behind where the database is. */
export async function upgrade(config: Config, target = 'head', { x, sql }: RunFlags = {}): Promise<Output> {
  if (sql) return script(config, 'upgrade', target, x);
  refuseRange(target);
  const { output, graph, at } = await runCommand(config, { verb: 'upgrade', target, arguments: readArguments(x) });
  const older = output.data['outcome'] === 'nothing-pending' && planDowngrade(graph, at, target).length > 0;
  if (!older) return output;
  return {
    data: { ...output.data, olderTarget: true },
    text: `Nothing was done: ${config.database} is at ${describeRevisions(at)}, which is newer than ${target}. An upgrade never goes back; to go back: drydock downgrade ${target}`,
  };
}

export async function downgrade(config: Config, target: string, { x, sql }: RunFlags = {}): Promise<Output> {
  if (sql) return script(config, 'downgrade', target, x);
  refuseRange(target);
  return (await runCommand(config, { verb: 'downgrade', target, arguments: readArguments(x) })).output;
}

export async function stamp(config: Config, targets: readonly string[], flags: StampFlags = {}): Promise<Output> {
  const forget = flags.purge ? 'all' : 'replaced';
  const mismatch = flags.force ? 'accept' : 'refuse';
  const given = readArguments(flags.x);
  if (flags.sql) {
    const { offline, splitRange } = await import('./offline.ts');
    const [first = '', ...others] = targets;
    const { start, target } = splitRange(first);
    return offline(config, { verb: 'stamp', targets: [target, ...others], forget, mismatch, arguments: given }, start);
  }
  return (await runCommand(config, { verb: 'stamp', targets, forget, mismatch, arguments: given })).output;
}

async function script(config: Config, verb: 'upgrade' | 'downgrade', range: string, x: RunFlags['x']): Promise<Output> {
  const { offline, splitRange } = await import('./offline.ts');
  const { start, target } = splitRange(range);
  return offline(config, { verb, target, arguments: readArguments(x) }, start);
}

/** A run begins where the database is. */
function refuseRange(target: string): void {
  if (!target.includes(':')) return;
  throw new DrydockError('USAGE', {
    what: `The range '${target}' was given without --sql`,
    next: 'Name the target alone, or add --sql to have a script written',
  });
}

/** Runs a command, unless a plain read shows that there is nothing to do. */
export async function runCommand(
  config: Config,
  command: MigrationCommand,
): Promise<{ output: Output; graph: RevisionGraph; at: readonly string[] }> {
  const graph = loadGraph(config.migrations);
  const current = atTarget(config.database, graph, command);
  if (current !== undefined) {
    const data = { outcome: 'nothing-pending', database: config.database, from: current, to: current };
    const text = `Nothing is pending: ${config.database} is at ${describeRevisions(current)}.`;
    return { output: { data, text }, graph, at: current };
  }
  const { withRunLog } = await import('../run-session.ts');
  const report = await withRunLog(command.verb, config, async (observer, stop) => {
    const safeRun = await import('../../run/run.ts');
    return safeRun.run({ command, config, toolVersion: toolVersion() }, observer, stop);
  });
  return { output: { data: { ...report }, text: renderRunReport(report) }, graph, at: report.to };
}

/** As in Alembic a key without a value has the empty one, and of two alike the last counts. */
export function readArguments(pairs: readonly string[] = []): Readonly<Record<string, string>> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [key = '', ...value] = pair.split('=');
      if (key !== '') return [key, value.join('=')];
      throw new DrydockError('USAGE', { what: `-x '${pair}' has no key`, next: 'Write it as -x key=value' });
    }),
  );
}
