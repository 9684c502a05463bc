import type { Config } from '../config/config.ts';
import { messageOf } from '../errors.ts';
import type { AtTarget } from '../run/outcome.ts';
import { type MigrationReport, migrate } from './migrate.ts';
import { argumentsOf, consentOf, type RevisionArguments, type SessionOptions, sessionFor } from './session.ts';

/**
 * Runs the pending revisions up to a target.
 *
 * This process must not have the database open: see docs/library.md.
 *
 * @param target An address as the command takes it: a revision, `head`, `+1`, …
 * @throws {DrydockError} with the code of the ending and the state of the data; see docs/exit-codes.md.
 * @example
 * const report = await upgrade(config);
 * console.log(`${report.database} is at ${report.to.join(', ')}`);
 */
export async function upgrade(
  config: Config,
  target = 'head',
  options: SessionOptions & RevisionArguments = {},
): Promise<MigrationReport | AtTarget> {
  const command = { verb: 'upgrade', target, ...argumentsOf(options) } as const;
  return tell(config, await migrate(config, command, sessionFor(config, options), { kind: 'none' }));
}

export interface DowngradeOptions extends SessionOptions, RevisionArguments {
  /** Continues even if it drops a table or a column that holds data. */
  readonly dataLoss?: 'accepted';
}

/**
 * Goes back to a target.
 * @param target A revision, `-1`, `base`, …
 * @throws {DrydockError} as {@link upgrade} does; USAGE if it would lose data and the loss was not accepted.
 * @example
 * const { from, to } = await downgrade(config, '-1', { dataLoss: 'accepted' });
 * console.log(from, to);
 */
export async function downgrade(
  config: Config,
  target: string,
  options: DowngradeOptions = {},
): Promise<MigrationReport | AtTarget> {
  const command = { verb: 'downgrade', target, ...argumentsOf(options) } as const;
  return tell(config, await migrate(config, command, sessionFor(config, options), consentOf(options)));
}

/** A program knows how the run ended once this returns. The command's caller knows it once the command has exited. */
async function tell<R extends MigrationReport | AtTarget>(config: Config, report: R): Promise<R> {
  if (config.ownProcess !== undefined) return report;
  const { acknowledge } = await import('./acknowledge.ts');
  try {
    acknowledge(config, report);
  } catch (error) {
    process.emitWarning(
      `the run ended as reported, but untold.json could not be removed (${messageOf(error)}): look at \`drydock current\` before you repeat a relative target`,
    );
  }
  return report;
}
