/** What changes a database, or may: each is the verb of that name, with its safety, its result a plain value. */
import { acknowledge } from '../api/acknowledge.ts';
import { beginAnew as begin } from '../api/begin-anew.ts';
import type { Consent } from '../api/consent.ts';
import { type MigrationReport, migrate, rehearse as rehearseRun } from '../api/migrate.ts';
import { openSession, type Session, type SessionOptions } from '../api/session.ts';
import * as snapshots from '../api/snapshots.ts';
import type { Config } from '../config/config.ts';
import { messageOf } from '../errors.ts';
import type { Observer } from '../events.ts';
import type { AtTarget, BeginAnewReport, RehearsalReport, RestoreReport } from '../run/outcome.ts';
import { requireClosedHere } from './closed-here.ts';
import { requireNoRoot } from './no-root.ts';

const noConsent: Consent = { kind: 'none' };

/** What revisions find in `op.arguments`. */
export interface RevisionArguments {
  readonly arguments?: Readonly<Record<string, string>>;
}

/**
 * Runs the pending revisions up to a target.
 *
 * Not while this process has the database open: see docs/library.md.
 *
 * @param target An address as the command takes it: a revision, `head`, `+1`, …
 * @throws {DrydockError} with the code of the ending and what state the data is in; see docs/exit-codes.md.
 */
export async function upgrade(
  config: Config,
  target = 'head',
  options: SessionOptions & RevisionArguments = {},
): Promise<MigrationReport | AtTarget> {
  return tell(
    config,
    await migrate(config, { verb: 'upgrade', target, ...argumentsOf(options) }, sessionFor(config, options), noConsent),
  );
}

export interface DowngradeOptions extends SessionOptions, RevisionArguments {
  /** Goes on where a table or a column would be dropped that has something in it. */
  readonly dataLoss?: 'accepted';
}

/**
 * Goes back to a target.
 * @param target A revision, `-1`, `base`, …
 * @throws {DrydockError} as {@link upgrade} does; USAGE where it would lose data and that was not accepted.
 */
export async function downgrade(
  config: Config,
  target: string,
  options: DowngradeOptions = {},
): Promise<MigrationReport | AtTarget> {
  const command = { verb: 'downgrade', target, ...argumentsOf(options) } as const;
  return tell(config, await migrate(config, command, sessionFor(config, options), consentOf(options)));
}

/** What is given back here is known to the caller. */
function tell<R extends MigrationReport | AtTarget>(config: Config, report: R): R {
  try {
    acknowledge(config, report);
  } catch (error) {
    process.emitWarning(`that a run of Drydock has ended could not be written down: ${messageOf(error)}`);
  }
  return report;
}

export interface RehearseOptions extends SessionOptions, RevisionArguments {
  /** Left out: upgrade. */
  readonly verb?: 'upgrade' | 'downgrade';
}

/**
 * Does a whole upgrade or downgrade on a copy, which is removed.
 * @throws {DrydockError} with the code that the run would have ended with; the database is untouched.
 */
export async function rehearse(
  config: Config,
  target = 'head',
  options: RehearseOptions = {},
): Promise<RehearsalReport | AtTarget> {
  const of = { verb: options.verb ?? 'upgrade', target, ...argumentsOf(options) } as const;
  return rehearseRun(config, { verb: 'rehearse', of }, sessionFor(config, options));
}

export interface StampOptions extends SessionOptions, RevisionArguments {
  /** Which rows of `alembic_version` go: those that the targets replace, or all, also ones that no file knows. */
  readonly forget?: 'replaced' | 'all';
  /** What to do where the schema is not what the revisions make of it; left out: refuse. */
  readonly mismatch?: 'accept' | 'refuse';
}

/**
 * Writes revisions down as applied without running them.
 * @throws {DrydockError} as {@link upgrade} does.
 */
export async function stamp(
  config: Config,
  targets: readonly string[],
  options: StampOptions = {},
): Promise<MigrationReport | AtTarget> {
  const { forget = 'replaced', mismatch = 'refuse' } = options;
  return migrate(
    config,
    { verb: 'stamp', targets, forget, mismatch, ...argumentsOf(options) },
    sessionFor(config, options),
    noConsent,
  );
}

/**
 * Creates the table `alembic_version` where it is missing.
 * @throws {DrydockError} as {@link upgrade} does.
 */
export async function ensureVersion(config: Config, options: SessionOptions = {}): Promise<MigrationReport | AtTarget> {
  return migrate(config, { verb: 'ensure-version' }, sessionFor(config, options), noConsent);
}

export interface BeginAnewOptions extends SessionOptions {
  /** Gives up what the database was. */
  readonly dataLoss?: 'accepted';
}

/**
 * Lets an upgrade make a database anew in the place of one that was emptied.
 * @throws {DrydockError} USAGE where that was not accepted, or there is nothing to begin anew from.
 */
export async function beginAnew(config: Config, options: BeginAnewOptions = {}): Promise<BeginAnewReport> {
  const consent: Consent = options.dataLoss === 'accepted' ? { kind: 'given' } : noConsent;
  return begin(config, sessionFor(config, options), consent);
}

/**
 * Takes a snapshot now.
 * @throws {DrydockError} PREFLIGHT, BUSY, LOCKED, DAMAGED_BEFORE or STOPPED.
 */
export async function createSnapshot(config: Config, options: SessionOptions = {}): Promise<snapshots.CreatedSnapshot> {
  return snapshots.createSnapshot(config, sessionFor(config, options));
}

export interface RestoreOptions extends SessionOptions {
  /** Goes on if the database holds what no snapshot has. The restore keeps it. */
  readonly dataLoss?: 'accepted';
}

/**
 * Puts a snapshot back; what it replaces is kept.
 * @param id The snapshot's id, the beginning of it, or `latest`.
 * @throws {DrydockError} with the state of the data told; USAGE if no snapshot has that id, or if the database holds
 *   what no snapshot has and that was not accepted.
 */
export async function restoreSnapshot(
  config: Config,
  id: string,
  options: RestoreOptions = {},
): Promise<RestoreReport> {
  return snapshots.restoreSnapshot(config, id, sessionFor(config, options), consentOf(options));
}

/** Removes the snapshots that the retention policy does not keep. */
export async function pruneSnapshots(
  config: Config,
  options: SessionOptions = {},
): Promise<{ readonly pruned: readonly string[] }> {
  return snapshots.pruneSnapshots(config, sessionFor(config, options));
}

function consentOf({ dataLoss }: Pick<DowngradeOptions, 'dataLoss'>): Consent {
  return dataLoss === 'accepted' ? { kind: 'given' } : noConsent;
}

function argumentsOf({ arguments: given }: RevisionArguments): RevisionArguments {
  return given === undefined ? {} : { arguments: given };
}

function sessionFor(config: Config, { observer, signal }: SessionOptions): Session {
  requireClosedHere(config);
  requireNoRoot(config);
  return openSession(config, {
    ...(observer !== undefined && { observer: withoutConsequences(observer) }),
    ...(signal !== undefined && { signal }),
  });
}

/** A mistake in what only listens must not end a run in the middle; it becomes a warning of the process. */
function withoutConsequences(observer: Observer): Observer {
  const warn = (error: unknown) => process.emitWarning(`an observer of Drydock failed: ${messageOf(error)}`);
  return (event) => {
    try {
      // An async function is an observer too, and what it rejects with would end the process.
      Promise.resolve(observer(event)).catch(warn);
    } catch (error) {
      warn(error);
    }
  };
}
