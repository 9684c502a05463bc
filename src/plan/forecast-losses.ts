/**
 * Predicts what data a run would lose, while nothing is locked: the pending steps run in memory on the schema of the
 * database, and what they drop is counted in the database.
 */
import type { Replayed } from '../engine/shadow-result.ts';
import { DrydockError, messageOf } from '../errors.ts';
import { mayBeThere } from '../files/access.ts';
import { withReader } from '../files/database-reader.ts';
import { layoutFor } from '../files/layout.ts';
import { isCannotDowngrade } from '../operations/cannot-downgrade.ts';
import type { Applied } from '../revisions/applied-tables.ts';
import { readApplied } from '../revisions/applied-tables.ts';
import type { Step } from '../revisions/revision.ts';
import { readStoredSchema } from '../schema/read-schema.ts';
import { type InMemory, type ReplayRequest, replay } from '../shadow/replay.ts';
import { countLosses } from './count-losses.ts';
import type { Forecast } from './loss.ts';
import { lostParts } from './lost-parts.ts';

export interface ForecastRequest {
  readonly database: string;
  /** The steps of the run, given what is applied now. */
  readonly stepsFrom: (applied: Applied) => readonly Step[];
  readonly arguments: Readonly<Record<string, string>>;
  /** With `leave`, steps that include a module count as losing nothing; used if running its code twice is not worth it. */
  readonly modules: 'run' | 'leave';
  /** How long the replay may take. A module that runs longer without rows is generating some, and would fill the memory. */
  readonly patienceMs: number;
  /** Paths, as `sqlite_extensions` of the config. */
  readonly extensions: readonly string[];
}

const nothing: Forecast = { kind: 'known', losses: [] };

/**
 * @param stop Ends the forecast early; its result then means nothing.
 * @throws {DrydockError} If the database or the revisions are not fit for a run at all.
 */
export async function forecastLosses(request: ForecastRequest, stop: AbortSignal): Promise<Forecast> {
  try {
    return await forecast(request, stop);
  } catch (error) {
    // A writer or a hot journal blocks the read; a run would wait for it.
    if (error instanceof DrydockError && error.code === 'BUSY') return { kind: 'unknown', why: error.what };
    throw error;
  }
}

async function forecast(request: ForecastRequest, stop: AbortSignal): Promise<Forecast> {
  const { database, stepsFrom, arguments: given, modules, patienceMs, extensions } = request;
  if (mayBeThere(layoutFor({ database }).runJournal)) return { kind: 'later' };
  const { steps, from } = withReader(database, (reader) => ({
    steps: stepsFrom(readApplied(reader)),
    from: readStoredSchema(reader),
  }));
  if (!steps.some(mayDrop) || (modules === 'leave' && steps.some(isModule))) return nothing;
  const replayed = await tryReplay({ from, steps, arguments: given }, patienceMs, {
    extensions,
    observer: () => undefined,
    stop,
  });
  if ('kind' in replayed) return replayed;
  const reader = replayed.steps.find(({ readsRows }) => readsRows);
  if (reader !== undefined)
    return { kind: 'unknown', why: `revision ${reader.id} reads rows, and may behave differently if there are any` };
  const { parts, unreadable } = lostParts(replayed);
  if (unreadable !== undefined) {
    const { revision, line } = unreadable;
    const place = line === undefined ? '' : ` in line ${line}`;
    return { kind: 'unknown', why: `Drydock's parser cannot read the statement${place} of revision ${revision}` };
  }
  if (parts.length === 0) return nothing;
  return { kind: 'known', losses: withReader(database, (reader) => countLosses(reader, parts)) };
}

/** A statement that drops something says so; what a module does is known only after it has run. */
function mayDrop(step: Step): boolean {
  const { body } = step.revision;
  return body.kind === 'module' || body[step.direction].some(({ sql }) => /\bdrop\b/i.test(sql));
}

function isModule({ revision }: Step): boolean {
  return revision.body.kind === 'module';
}

/** What fails in memory, for lack of rows or of an extension that the schema needs, may well succeed in the database. */
async function tryReplay(
  request: ReplayRequest,
  patienceMs: number,
  around: InMemory & { readonly stop: AbortSignal },
): Promise<Replayed | Forecast> {
  const late = AbortSignal.timeout(patienceMs);
  try {
    return await replay(request, { ...around, stop: AbortSignal.any([around.stop, late]) });
  } catch (error) {
    if (late.aborted) return { kind: 'unknown', why: `in memory it takes longer than ${patienceMs / 1000} s` };
    // The run fails with the same message, and loses nothing.
    if (isCannotDowngrade(error)) return nothing;
    return { kind: 'unknown', why: error instanceof DrydockError ? error.what : messageOf(error) };
  }
}
