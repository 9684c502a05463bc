/**
 * Tells before a run what data it would do away with, while nothing is locked: the pending steps are run in memory on
 * the schema that the database has, and what they drop is counted in the database.
 */
import type { Replayed } from '../engine/replayed.ts';
import { DrydockError, messageOf } from '../errors.ts';
import { type ReplayRequest, replay } from '../replay/replay.ts';
import { readApplied } from '../revisions/applied-tables.ts';
import type { Step } from '../revisions/revision.ts';
import { readStoredSchema } from '../schema/read-schema.ts';
import { withReader } from '../sqlite/reader.ts';
import { countLosses } from './count-losses.ts';
import type { Forecast } from './loss.ts';
import { lostParts } from './lost-parts.ts';

export interface ForecastRequest {
  readonly database: string;
  /** What would be run, given what is applied now. */
  readonly stepsFrom: (applied: ReturnType<typeof readApplied>) => readonly Step[];
  readonly arguments: Readonly<Record<string, string>>;
}

const nothing: Forecast = { kind: 'known', losses: [] };

/**
 * @param stop Ends it early; what it gives then means nothing.
 * @throws {DrydockError} where the database or the revisions are not fit for a run at all.
 */
export async function forecastLosses(request: ForecastRequest, stop: AbortSignal): Promise<Forecast> {
  try {
    return await forecast(request, stop);
  } catch (error) {
    // A writer or a hot journal is in the way, for which a run has the patience.
    if (error instanceof DrydockError && error.code === 'BUSY') return { kind: 'unknown', why: error.what };
    throw error;
  }
}

async function forecast({ database, stepsFrom, arguments: given }: ForecastRequest, stop: AbortSignal) {
  const { steps, from } = withReader(database, (reader) => ({
    steps: stepsFrom(readApplied({ all: reader.all, run: refuseToWrite })),
    from: readStoredSchema(reader),
  }));
  if (!steps.some(mayDrop)) return nothing;
  const replayed = await tryReplay({ from, steps, arguments: given }, stop);
  if ('kind' in replayed) return replayed;
  const parts = lostParts(replayed);
  if (parts.length === 0) return nothing;
  return { kind: 'known', losses: withReader(database, (reader) => countLosses(reader, parts)) } as const;
}

/** A statement that drops something says so; what a module does is known when it has run. */
function mayDrop({ revision, direction }: Step): boolean {
  return revision.body.kind === 'module' || revision.body[direction].some(({ sql }) => /\bdrop\b/i.test(sql));
}

/** Whatever fails in memory, for want of rows or of an extension that made the schema, may well do in the database. */
async function tryReplay(request: ReplayRequest, stop: AbortSignal): Promise<Replayed | Forecast> {
  try {
    return await replay(request, () => undefined, stop);
  } catch (error) {
    // A module that cannot be loaded: the run says the same, before it changes anything.
    if (error instanceof DrydockError && error.code === 'USAGE') return nothing;
    return { kind: 'unknown', why: error instanceof DrydockError ? error.what : messageOf(error) };
  }
}

function refuseToWrite(): never {
  throw new Error('a forecast tried to write');
}
