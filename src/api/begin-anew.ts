import type { Config } from '../config/config.ts';
import { DrydockError } from '../errors.ts';
import { looking } from '../files/access.ts';
import { withReader } from '../files/database-reader.ts';
import { layoutFor } from '../files/layout.ts';
import { readApplied } from '../revisions/applied-tables.ts';
import { readRows } from '../run/foreign.ts';
import { describeLost, lostIn, relationTo } from '../run/former-life.ts';
import type { BeginAnewReport } from '../run/outcome.ts';
import { begunAnewAt } from '../snapshots/begun-anew.ts';
import { hasUsersRows } from '../snapshots/trace.ts';
import { toolVersion } from '../version.ts';
import type { Consent } from './consent.ts';
import { type Ended, recordedRun } from './recorded.ts';
import { consentOf, type SessionOptions, sessionFor } from './session.ts';

export interface BeginAnewOptions extends SessionOptions {
  /** Accepts the loss of the former content. */
  readonly dataLoss?: 'accepted';
}

/**
 * Lets an upgrade create a new database in place of an emptied one. If that was done already, the report says so.
 * @throws {DrydockError} USAGE if the loss was not accepted, or there is nothing to give up.
 * @example
 * const { givenUp } = await beginAnew(config, { dataLoss: 'accepted' });
 * console.log(givenUp);
 */
export async function beginAnew(config: Config, options: BeginAnewOptions = {}): Promise<BeginAnewReport> {
  const session = sessionFor(config, options);
  const layout = layoutFor(config);
  const { database } = layout;
  const { isEmpty, lost } = lookAt(config);
  if (lost === undefined) {
    const at = looking(() => begunAnewAt(layout));
    if (at === undefined || !isEmpty) throw nothingToGiveUp(database);
    return { outcome: 'nothing-to-do', database, at, givenUp: null };
  }
  const command = { verb: 'begin-anew' } as const;
  return recordedRun(session, { config, command, describe }, async (observer, stop) => {
    await requireAgreement(`${database} is empty, and what it was is given up: ${lost}`, consentOf(options), stop);
    const { beginAnew: run } = await import('../run/begin-anew.ts');
    return run({ command, config, toolVersion: toolVersion() }, lost, observer, stop);
  });
}

function lookAt(config: Config): { readonly isEmpty: boolean; readonly lost: string | undefined } {
  const layout = layoutFor(config);
  const { applied, hasRows } = withReader(layout.database, (reader) => {
    const read = readApplied(reader);
    return { applied: read, hasRows: hasUsersRows(readRows(reader, read), config.ignoreTables) };
  });
  const lost = looking(() => lostIn(relationTo({ layout, config }, applied), applied, hasRows));
  return { isEmpty: applied.current.length === 0 && !hasRows, lost: lost && describeLost(lost) };
}

/** @throws {DrydockError} USAGE if there is none. */
async function requireAgreement(statement: string, consent: Consent, stop: AbortSignal): Promise<void> {
  const kept = 'No snapshot is removed, and each can still be restored by its id.';
  const answer = consent.kind === 'ask' ? await consent.ask(statement, kept, stop) : consent.kind;
  // If it was stopped, the run reports that, with the cause.
  if (stop.aborted || answer === 'yes' || answer === 'given') return;
  throw new DrydockError('USAGE', {
    what: statement,
    state: 'Nothing was changed',
    next: "To give it up, pass --yes (in a program dataLoss: 'accepted'); no snapshot is removed",
  });
}

function nothingToGiveUp(database: string): DrydockError {
  return new DrydockError('USAGE', {
    what: `${database} has nothing to begin anew from: it is not empty, knows the runs that stand beside it, or nothing is known of rows that it had`,
    state: 'Nothing was changed',
    next: 'See what an upgrade would do: `drydock plan`',
  });
}

function describe({ database, givenUp }: BeginAnewReport): Ended {
  return { ending: { outcome: 'done', exitCode: 0, sentence: `Began ${database} anew and gave up: ${givenUp}.` } };
}
