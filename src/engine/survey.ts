/** Looks at what each revision does, up and down, on a database in memory, as far as they can be run without rows. */
import Database from 'better-sqlite3';
import { DrydockError } from '../errors.ts';
import { CannotDowngrade } from '../operations/cannot-downgrade.ts';
import type { StoredSchema } from '../schema/read-schema.ts';
import type { EngineStep } from './protocol.ts';
import { type ReplayedStep, replayStep, schemaNow } from './replay.ts';
import { type LoadedModules, loadModules } from './run-steps.ts';

/** A revision to look at, as it would be run in either direction. */
export interface SurveyRequest {
  readonly up: EngineStep;
  readonly down: EngineStep;
}

export interface SurveyedRevision {
  readonly id: string;
  /** The schema before it and after it. */
  readonly before: StoredSchema;
  readonly after: StoredSchema;
  readonly up: ReplayedStep;
  readonly down: SurveyedDowngrade;
}

/** What came of the way down from where the way up had led. */
export type SurveyedDowngrade =
  | { readonly outcome: 'done'; readonly step: ReplayedStep; readonly after: StoredSchema }
  /** The revision said that there is none. */
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'failed'; readonly why: string };

export interface Surveyed {
  readonly revisions: readonly SurveyedRevision[];
  /** The first revision whose way up failed; neither it nor what comes after it could be looked at. */
  readonly stopped: { readonly id: string; readonly why: string } | undefined;
}

/**
 * Runs revisions one after the other on an empty database, and from each state that they reach the one step back.
 * @throws {DrydockError} USAGE where a module cannot be loaded.
 */
export async function survey(requests: readonly SurveyRequest[]): Promise<Surveyed> {
  const modules = await loadModules(requests.map(({ up }) => up));
  const connection = openInMemory(':memory:');
  const revisions: SurveyedRevision[] = [];
  try {
    for (const { up, down } of requests) {
      const before = schemaNow(connection);
      const ran = await attempt(() => replayStep(connection, up, modules));
      if (ran.failure !== undefined) return { revisions, stopped: { id: up.id, why: ran.failure.what } };
      const after = schemaNow(connection);
      revisions.push({ id: up.id, before, after, up: ran.result, down: await stepBack(connection, down, modules) });
    }
    return { revisions, stopped: undefined };
  } finally {
    connection.close();
  }
}

/** On a copy, since the next revision goes on from the state before the step back. */
async function stepBack(
  connection: Database.Database,
  down: EngineStep,
  modules: LoadedModules,
): Promise<SurveyedDowngrade> {
  const copy = openInMemory(connection.serialize());
  try {
    const ran = await attempt(() => replayStep(copy, down, modules));
    if (ran.failure === undefined) return { outcome: 'done', step: ran.result, after: schemaNow(copy) };
    if (ran.failure.cause instanceof CannotDowngrade) return { outcome: 'refused' };
    return { outcome: 'failed', why: ran.failure.what };
  } finally {
    copy.close();
  }
}

function openInMemory(content: string | Buffer): Database.Database {
  const connection = new Database(content);
  connection.pragma('foreign_keys = OFF');
  return connection;
}

/** What a revision does wrong is an answer here; anything else is not foreseen. */
async function attempt<T>(
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly failure?: undefined } | { readonly failure: DrydockError }> {
  try {
    return { result: await work() };
  } catch (error) {
    if (error instanceof DrydockError && error.code === 'REVISION_FAILED') return { failure: error };
    throw error;
  }
}
