/**
 * Tells before a run what data it would do away with, while nothing is locked: the pending steps are run in memory on
 * the schema that the database has, and what they drop is counted in the database.
 */
import { EngineDied } from '../engine/client.ts';
import { DrydockError } from '../errors.ts';
import { replay } from '../replay/replay.ts';
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
  const { database, stepsFrom } = request;
  try {
    const { steps, from } = withReader(database, (reader) => ({
      steps: stepsFrom(readApplied({ all: reader.all, run: refuseToWrite })),
      from: readStoredSchema(reader),
    }));
    if (!steps.some(mayDrop)) return nothing;
    const parts = lostParts(await replay({ from, steps, arguments: request.arguments }, () => undefined, stop));
    if (parts.length === 0) return nothing;
    return { kind: 'known', losses: withReader(database, (reader) => countLosses(reader, parts)) };
  } catch (error) {
    return unknownOrThrow(error);
  }
}

/** A statement that drops something says so; what a module does is known when it has run. */
function mayDrop({ revision, direction }: Step): boolean {
  return revision.body.kind === 'module' || revision.body[direction].some(({ sql }) => /\bdrop\b/i.test(sql));
}

function unknownOrThrow(error: unknown): Forecast {
  if (error instanceof EngineDied) return { kind: 'unknown', why: error.message };
  if (!(error instanceof DrydockError)) throw error;
  // A writer or a hot journal is in the way, for which a run has the patience; a step fails for want of rows.
  if (error.code === 'BUSY' || error.code === 'REVISION_FAILED') return { kind: 'unknown', why: error.what };
  // A module that cannot be loaded: the run says the same, before it changes anything.
  if (error.code === 'USAGE') return nothing;
  throw error;
}

function refuseToWrite(): never {
  throw new Error('a forecast tried to write');
}
