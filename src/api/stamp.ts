import type { Config } from '../config/config.ts';
import type { AtTarget } from '../run/outcome.ts';
import { type MigrationReport, migrate } from './migrate.ts';
import { argumentsOf, type RevisionArguments, type SessionOptions, sessionFor } from './session.ts';

export interface StampOptions extends SessionOptions, RevisionArguments {
  /** Which rows of `alembic_version` are removed: those that the targets replace, or all, including ones that no file has. */
  readonly forget?: 'replaced' | 'all';
  /** What to do if the schema is not the one that the revisions make; if left out, refuse. */
  readonly mismatch?: 'accept' | 'refuse';
}

/**
 * Records revisions as applied without running them.
 * @throws {DrydockError} as `upgrade` does.
 * @example
 * const { to } = await stamp(config, ['head']);
 * console.log(to);
 */
export async function stamp(
  config: Config,
  targets: readonly string[],
  options: StampOptions = {},
): Promise<MigrationReport | AtTarget> {
  const { forget = 'replaced', mismatch = 'refuse' } = options;
  const command = { verb: 'stamp', targets, forget, mismatch, ...argumentsOf(options) } as const;
  return migrate(config, command, sessionFor(config, options), { kind: 'none' });
}

/**
 * Creates the table `alembic_version` if it is missing.
 * @throws {DrydockError} as `upgrade` does.
 * @example
 * await ensureVersion(config);
 */
export async function ensureVersion(config: Config, options: SessionOptions = {}): Promise<MigrationReport | AtTarget> {
  return migrate(config, { verb: 'ensure-version' }, sessionFor(config, options), { kind: 'none' });
}
