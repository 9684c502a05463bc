import type { Consent } from '../../api/consent.ts';
import { type MigrationReport, migrate, rehearse } from '../../api/migrate.ts';
import type { Config } from '../../config/config.ts';
import { DrydockError, messageOf } from '../../errors.ts';
import { faultPoint } from '../../faults.ts';
import { describeRevisions } from '../../format.ts';
import { sayLosses } from '../../plan/loss.ts';
import { renderRehearsal } from '../../report/rehearsal-report.ts';
import { renderRunReport } from '../../report/run-report.ts';
import { startsFromCurrent } from '../../revisions/graph/address.ts';
import type { AtTarget, MigrationCommand } from '../../run/outcome.ts';
import { visible } from '../../visible.ts';
import type { Output } from '../print.ts';
import { terminalSession } from '../run-session.ts';
import { terminalConsent } from '../terminal-consent.ts';

export interface RunFlags {
  /** `-x key=value`, one for each time that it was given. */
  readonly x?: readonly string[];
  readonly sql?: true;
}

export interface DowngradeFlags extends RunFlags {
  readonly yes?: true;
}

export interface UpgradeFlags extends RunFlags {
  readonly rehearse?: true;
}

export interface StampFlags {
  readonly purge?: true;
  readonly force?: true;
  readonly sql?: true;
  readonly x?: readonly string[];
}

/** With `rehearsal`, as `rehearse` has it, where one was asked for. */
export async function upgrade(config: Config, target = 'head', flags: UpgradeFlags = {}): Promise<Output> {
  if (flags.sql && flags.rehearse)
    throw new DrydockError('USAGE', {
      what: '--sql runs nothing, and --rehearse runs it on a copy',
      next: 'Give one of the two',
    });
  if (flags.sql) return script(config, 'upgrade', target, flags.x);
  refuseRange(target);
  const command = { verb: 'upgrade', target, arguments: readArguments(flags.x) } as const;
  if (!flags.rehearse) return runMigration(config, command);
  const rehearsal = await rehearse(config, { verb: 'rehearse', of: command }, terminalSession('rehearse', config));
  const output = await runMigration(config, command);
  const data = { ...output.data, rehearsal };
  if (rehearsal.outcome === 'nothing-pending') return { ...output, data };
  return { ...output, data, text: `${renderRehearsal(rehearsal)}\n\n${output.text}` };
}

export async function downgrade(config: Config, target: string, { x, sql, yes }: DowngradeFlags = {}): Promise<Output> {
  if (sql) return script(config, 'downgrade', target, x);
  refuseRange(target);
  const consent = yes ? { kind: 'given' as const } : terminalConsent();
  return runMigration(config, { verb: 'downgrade', target, arguments: readArguments(x) }, consent);
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
  return runMigration(config, { verb: 'stamp', targets, forget, mismatch, arguments: given });
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

/** @param consent To losing data, which only a downgrade needs. */
export async function runMigration(
  config: Config,
  command: MigrationCommand,
  consent: Consent = { kind: 'none' },
): Promise<Output> {
  const report = await migrate(config, command, terminalSession(command.verb, config), consent);
  await tellAtExit(config, command, report);
  const { database, to, olderTarget } = report;
  const older = olderTarget && command.verb === 'upgrade' ? command.target : undefined;
  const text =
    older === undefined
      ? renderRunReport(report)
      : visible(
          `Nothing was done: ${database} is at ${describeRevisions(to)}, which is newer than ${older}. An upgrade never goes back; to go back: drydock downgrade ${older}`,
        );
  return { data: { ...report }, text: [text, ...lost(report)].join('\n\n'), ran: true };
}

/** The caller is told by the end of the process, which is the last thing that it does. */
async function tellAtExit(
  config: Config,
  command: MigrationCommand,
  report: MigrationReport | AtTarget,
): Promise<void> {
  if (!('target' in command && startsFromCurrent(command.target))) return;
  const { acknowledge } = await import('../../api/acknowledge.ts');
  await faultPoint('run:untold');
  process.once('exit', () => {
    try {
      acknowledge(config, report);
    } catch (error) {
      // What was done stands, and so does the exit code.
      process.stderr.write(`drydock: That this run has ended could not be written down: ${messageOf(error)}\n`);
    }
  });
}

function lost(report: MigrationReport | AtTarget): string[] {
  if (!('losses' in report) || report.losses.length === 0) return [];
  return [visible(sayLosses(report.losses))];
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
