import type { MigrationReport } from '../../api/migrate.ts';
import { stamp as stampRevisions } from '../../api/stamp.ts';
import { downgrade as runDowngrade, upgrade as runUpgrade } from '../../api/upgrade.ts';
import type { Config } from '../../config/config.ts';
import { DrydockError, messageOf } from '../../errors.ts';
import { faultPoint } from '../../faults.ts';
import { shellWord } from '../../files/shell-word.ts';
import { describeRevisions } from '../../format.ts';
import { sayLosses } from '../../plan/loss.ts';
import { renderRehearsal } from '../../report/rehearsal-report.ts';
import { renderRunReport } from '../../report/run-report.ts';
import { startsFromCurrent } from '../../revisions/graph/address.ts';
import type { AtTarget } from '../../run/outcome.ts';
import { visible } from '../../visible.ts';
import type { Output } from '../print.ts';
import { terminal } from '../terminal.ts';
import { dataLoss, type YesFlag } from './yes.ts';

export interface RunFlags {
  /** `-x key=value`, one for each use of the flag. */
  readonly x?: readonly string[];
  readonly sql?: true;
}

export interface DowngradeFlags extends RunFlags, YesFlag {}

export interface UpgradeFlags extends RunFlags {
  readonly rehearse?: true;
}

export interface StampFlags {
  readonly purge?: true;
  readonly force?: true;
  readonly sql?: true;
  readonly x?: readonly string[];
}

/** The output has `rehearsal`, as that of `rehearse`, if one was requested. */
export async function upgrade(config: Config, target = 'head', flags: UpgradeFlags = {}): Promise<Output> {
  if (flags.sql && flags.rehearse)
    throw new DrydockError('USAGE', {
      what: '--sql runs nothing, and --rehearse runs it on a copy',
      next: 'Give one of the two',
    });
  if (flags.sql) return script(config, 'upgrade', target, flags.x);
  refuseRange(target);
  const given = readArguments(flags.x);
  if (!flags.rehearse) return upgradeNow(config, target, given);
  const { rehearse } = await import('../../api/rehearse.ts');
  const rehearsal = await rehearse(config, target, { arguments: given, host: terminal('rehearse', config) });
  const output = await upgradeNow(config, target, given);
  const data = { ...output.data, rehearsal };
  if (rehearsal.outcome === 'nothing-pending') return { ...output, data };
  return { ...output, data, text: `${renderRehearsal(rehearsal)}\n\n${output.text}` };
}

async function upgradeNow(config: Config, target: string, given: Readonly<Record<string, string>>): Promise<Output> {
  const report = await runUpgrade(config, target, { arguments: given, host: terminal('upgrade', config) });
  await tellAtExit(config, target, report);
  if (!report.olderTarget) return runOutput(report);
  const { database, to } = report;
  const text = visible(
    `Nothing was done: ${database} is at ${describeRevisions(to)}, which is newer than ${target}. An upgrade never goes back; to go back: \`drydock downgrade ${shellWord(target)}\``,
  );
  return { ...runOutput(report), text };
}

export async function downgrade(config: Config, target: string, flags: DowngradeFlags = {}): Promise<Output> {
  if (flags.sql) return script(config, 'downgrade', target, flags.x);
  refuseRange(target);
  const host = terminal('downgrade', config);
  const options = { arguments: readArguments(flags.x), ...dataLoss(flags), host };
  const report = await runDowngrade(config, target, options);
  await tellAtExit(config, target, report);
  return runOutput(report);
}

export async function stamp(config: Config, targets: readonly string[], flags: StampFlags = {}): Promise<Output> {
  const forget = flags.purge ? 'all' : 'replaced';
  const mismatch = flags.force ? 'accept' : 'refuse';
  const given = readArguments(flags.x);
  if (flags.sql) {
    const { offline, splitRange } = await import('./offline.ts');
    const [first = '', ...others] = targets;
    const { target, ...start } = splitRange(first);
    return offline(config, { verb: 'stamp', targets: [target, ...others], forget, arguments: given, ...start });
  }
  const options = { forget, mismatch, arguments: given, host: terminal('stamp', config) } as const;
  return runOutput(await stampRevisions(config, targets, options));
}

async function script(config: Config, verb: 'upgrade' | 'downgrade', range: string, x: RunFlags['x']): Promise<Output> {
  const { offline, splitRange } = await import('./offline.ts');
  return offline(config, { verb, ...splitRange(range), arguments: readArguments(x) });
}

/** A run begins at the database's revision. */
function refuseRange(target: string): void {
  if (!target.includes(':')) return;
  throw new DrydockError('USAGE', {
    what: `The range '${target}' was given without --sql`,
    next: 'Name the target alone, or add --sql to have a script written',
  });
}

export function runOutput(report: MigrationReport | AtTarget): Output {
  return { data: { ...report }, text: [renderRunReport(report), ...lost(report)].join('\n\n'), ran: true };
}

/** The caller learns of the end when the process exits, so this runs last. */
async function tellAtExit(config: Config, target: string, report: MigrationReport | AtTarget): Promise<void> {
  if (!startsFromCurrent(target)) return;
  const { acknowledge } = await import('../../api/acknowledge.ts');
  await faultPoint('run:untold');
  process.once('exit', () => {
    try {
      acknowledge(config, report);
    } catch (error) {
      // What was done stands, and so does the exit code.
      process.stderr.write(
        `drydock: The run ended as reported, but untold.json could not be removed (${messageOf(error)}): look at \`drydock current\` before you repeat a relative target\n`,
      );
    }
  });
}

function lost(report: MigrationReport | AtTarget): string[] {
  if (!('losses' in report) || report.losses.length === 0) return [];
  return [visible(sayLosses(report.losses))];
}

/** As in Alembic, a key without a value gets the empty string, and the last of duplicate keys counts. */
export function readArguments(pairs: readonly string[] = []): Readonly<Record<string, string>> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [key = '', ...value] = pair.split('=');
      if (key !== '') return [key, value.join('=')];
      throw new DrydockError('USAGE', { what: `-x '${pair}' has no key`, next: 'Write it as -x key=value' });
    }),
  );
}
