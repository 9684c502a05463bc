/** Runs revisions on a shadow database in memory, as far as they can run there; a failure is part of the result. */
import type Database from 'better-sqlite3';
import { openDatabase } from './open-database.ts';
import type { EngineStep } from './protocol.ts';
import { type LoadedModules, loadModules } from './run-steps.ts';
import type { Seed } from './seed.ts';
import { type AttemptedStep, attemptStep, schemaNow } from './shadow-replay.ts';
import type { AfterFailure, Surveyed, SurveyedBack, SurveyedStep, SurveyRequest } from './shadow-result.ts';
import { plant } from './shadow-seed.ts';
import { type Doubts, noDoubts } from './survey-failure.ts';

/**
 * Runs steps in order, and from each state that they reach the requested downgrade.
 * @throws {DrydockError} USAGE if a module cannot be loaded or a statement of a script fails.
 */
export async function survey(
  seed: Seed,
  requests: readonly SurveyRequest[],
  afterFailure: AfterFailure,
): Promise<Surveyed> {
  const modules = await loadModules(requests.map(({ step }) => step));
  const connection = openInMemory(':memory:');
  const steps: SurveyedStep[] = [];
  let doubts: Doubts = noDoubts;
  try {
    plant(connection, seed);
    for (const { step, back, stands } of requests) {
      const before = schemaNow(connection);
      const ran: AttemptedStep = await attemptStep(connection, step, modules, doubts);
      const [failure] = ran.failures;
      if (failure !== undefined && afterFailure === 'stop') return { steps, stopped: { id: step.id, ...failure } };
      const after = schemaNow(connection);
      const later = stands === undefined ? ran.doubts : 'all';
      steps.push({
        id: step.id,
        before,
        after,
        schema: doubts === noDoubts ? 'known' : 'unknown',
        step: ran.step,
        failures: ran.failures,
        back: back && (await stepBack(connection, back, modules, later)),
      });
      doubts = later;
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
  doubts: Doubts,
): Promise<SurveyedBack> {
  const copy = openInMemory(connection.serialize());
  try {
    const { step, failures, refuses } = await attemptStep(copy, back, modules, doubts);
    if (refuses) return { outcome: 'refused' };
    return failures.length > 0 ? { outcome: 'failed', failures } : { outcome: 'done', step, after: schemaNow(copy) };
  } finally {
    copy.close();
  }
}

function openInMemory(content: string | Buffer): Database.Database {
  const connection = openDatabase(content);
  connection.pragma('foreign_keys = OFF');
  return connection;
}
