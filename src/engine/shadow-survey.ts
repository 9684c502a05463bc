/** Looks at what revisions do on a database in memory, for as far as they can be run there. */
import Database from 'better-sqlite3';
import { DrydockError } from '../errors.ts';
import { CannotDowngrade } from '../operations/cannot-downgrade.ts';
import type { EngineStep } from './protocol.ts';
import { type LoadedModules, loadModules } from './run-steps.ts';
import { replayStep, runSeed, schemaNow } from './shadow-replay.ts';
import type { Surveyed, SurveyedBack, SurveyedStep, SurveyRequest } from './shadow-result.ts';

/**
 * Runs steps one after the other, and from each state that they reach the one step back.
 * @param seed Statements that make the database to begin with.
 * @throws {DrydockError} USAGE where a module cannot be loaded, or a statement of the seed cannot be run.
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

/** On a copy, since the next step goes on from the state before the step back. */
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
