/**
 * What revisions make of a schema, found by running them on a database in memory: for questions about revisions that no
 * file and no lock is needed for. Their code runs in the engine, a child process, as in a run.
 */
import { tmpdir } from 'node:os';
import { startEngine } from '../engine/client.ts';
import { engineStep } from '../engine/engine-step.ts';
import type { Replayed } from '../engine/replay.ts';
import { DrydockError } from '../errors.ts';
import type { Step } from '../revisions/revision.ts';
import type { Observer } from '../run-events.ts';
import { type StoredSchema, statementsOf } from '../schema/read-schema.ts';

export interface ReplayRequest {
  /** The schema to begin with, without rows; left out: an empty database. */
  readonly from?: StoredSchema;
  readonly steps: readonly Step[];
  /** What the revisions find in `op.arguments`. */
  readonly arguments?: Readonly<Record<string, string>>;
  /** Aborted where nobody wants to know any more: the engine is killed, in the middle of a revision too. */
  readonly stop?: AbortSignal;
}

/**
 * @throws {DrydockError} REVISION_FAILED where a step fails, perhaps for want of rows; USAGE where a module cannot be
 *   loaded.
 * @throws {EngineDied} where a revision ended the process, or it was stopped.
 */
export async function replay(request: ReplayRequest, observer: Observer): Promise<Replayed> {
  const { from, steps, arguments: given = {}, stop } = request;
  const engine = startEngine({ temporaryDirectory: tmpdir(), observer, describeHolder: () => 'nobody' });
  const onStop = () => void engine.kill();
  stop?.addEventListener('abort', onStop, { once: true });
  if (stop?.aborted) onStop();
  try {
    return await engine.call('replay', {
      seed: from === undefined ? [] : statementsOf(from),
      steps: steps.map((step) => engineStep(step, given)),
    });
  } catch (error) {
    throw error instanceof DrydockError ? inMemory(error) : error;
  } finally {
    stop?.removeEventListener('abort', onStop);
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
