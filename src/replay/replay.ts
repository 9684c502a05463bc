/**
 * What revisions make of a schema, found by running them on a database in memory: for questions about revisions that no
 * file and no lock is needed for. Their code runs in the engine, a child process, as in a run.
 */
import { tmpdir } from 'node:os';
import { type Engine, startEngine } from '../engine/client.ts';
import { engineStep } from '../engine/engine-step.ts';
import type { Replayed } from '../engine/replay.ts';
import type { Surveyed } from '../engine/survey.ts';
import { DrydockError } from '../errors.ts';
import type { Revision, Step } from '../revisions/revision.ts';
import type { Observer } from '../run-events.ts';
import { type StoredSchema, statementsOf } from '../schema/read-schema.ts';

export interface ReplayRequest {
  /** The schema to begin with, without rows; left out: an empty database. */
  readonly from?: StoredSchema;
  readonly steps: readonly Step[];
  /** What the revisions find in `op.arguments`. */
  readonly arguments?: Readonly<Record<string, string>>;
}

/**
 * What each revision does, up and one step back, from an empty database on.
 * @param revisions In the order of the graph, from base on.
 * @throws {DrydockError} USAGE where a module cannot be loaded.
 */
export function surveyRevisions(revisions: readonly Revision[], observer: Observer): Promise<Surveyed> {
  const requests = revisions.map((revision) => ({
    up: engineStep({ revision, direction: 'up' }, {}),
    down: engineStep({ revision, direction: 'down' }, {}),
  }));
  return inEngine(observer, (engine) => engine.call('survey', { revisions: requests }));
}

/**
 * @throws {DrydockError} REVISION_FAILED where a step fails, perhaps for want of rows; USAGE where a module cannot be
 *   loaded.
 */
export async function replay(request: ReplayRequest, observer: Observer): Promise<Replayed> {
  const { from, steps, arguments: given = {} } = request;
  return inEngine(observer, (engine) =>
    engine.call('replay', {
      seed: from === undefined ? [] : statementsOf(from),
      steps: steps.map((step) => engineStep(step, given)),
    }),
  );
}

async function inEngine<T>(observer: Observer, ask: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = startEngine({ temporaryDirectory: tmpdir(), observer, describeHolder: () => 'nobody' });
  try {
    return await ask(engine);
  } catch (error) {
    throw error instanceof DrydockError ? inMemory(error) : error;
  } finally {
    await engine.stop();
  }
}

function inMemory({ code, what, next, cause }: DrydockError): DrydockError {
  return new DrydockError(code, {
    what: `${what} (replayed in memory, on a database without rows)`,
    state: 'No database was touched',
    ...(next !== undefined && { next }),
    cause,
  });
}
