/** Runs revisions on a shadow database in memory, as far as they can run there; a failure is part of the result. */
import Database from 'better-sqlite3';
import { DrydockError } from '../errors.ts';
import { CannotDowngrade } from '../operations/cannot-downgrade.ts';
import type { EngineStep } from './protocol.ts';
import { type LoadedModules, loadModules } from './run-steps.ts';
import { replayStep, runSeed, schemaNow } from './shadow-replay.ts';
import type { Surveyed, SurveyedBack, SurveyedStep, SurveyRequest } from './shadow-result.ts';

/**
 * Runs steps in order, and from each state that they reach the requested downgrade.
 * @param seed Statements that create the initial database.
 * @throws {DrydockError} USAGE if a module cannot be loaded or a statement of the seed fails.
 */
export async function survey(seed: readonly string[], requests: readonly SurveyRequest[]): Promise<Surveyed> {
  const modules = await loadModules(requests.map(({ step }) => step));
  const connection = openInMemory(':memory:');
  const steps: SurveyedStep[] = [];
  try {
    for (const sql of seed) runSeed(connection, sql);
    for (const { step, back } of requests) {
      const before = schemaNow(connection);
      const ran = await attempt(() => replayStep(connection, step, modules, 'none'));
      if (ran.failure !== undefined) return { steps, stopped: { id: step.id, why: ran.failure.what } };
      const after = schemaNow(connection);
      steps.push({
        id: step.id,
        before,
        after,
        step: ran.result,
        back: back && (await stepBack(connection, back, modules)),
      });
    }
    return { steps, stopped: undefined };
  } finally {
    connection.close();
  }
}

/** Runs on a copy, since the next step continues from the state before the downgrade. */
async function stepBack(
  connection: Database.Database,
  back: EngineStep,
  modules: LoadedModules,
): Promise<SurveyedBack> {
  const copy = openInMemory(connection.serialize());
  try {
    const ran = await attempt(() => replayStep(copy, back, modules, 'none'));
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

/** A failing revision is a result here; any other error is thrown. */
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
