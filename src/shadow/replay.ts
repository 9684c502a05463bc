/**
 * Finds the schema that revisions make by running them in a shadow database in memory, for questions that need neither a
 * file nor a lock. Their code runs in the engine, a child process, as in a run.
 */
import { tmpdir } from 'node:os';
import { startEngine } from '../engine/client.ts';
import { engineStep } from '../engine/engine-step.ts';
import type { EngineRequests } from '../engine/protocol.ts';
import { emptySeed, type Seed } from '../engine/seed.ts';
import type { Replayed, Rows } from '../engine/shadow-result.ts';
import { DrydockError, invariant } from '../errors.ts';
import type { Observer } from '../events.ts';
import { isLeftEmpty } from '../revisions/files/scaffold.ts';
import type { Revision, Step } from '../revisions/revision.ts';
import type { StoredSchema } from '../schema/read-schema.ts';

export interface ReplayRequest {
  /** The schema to begin with, without rows; an empty database by default. */
  readonly from?: StoredSchema;
  /** The revisions that made that schema, if it was not read from a database. */
  readonly made?: readonly Revision[];
  readonly steps: readonly Step[];
  /** The values for `op.arguments`. */
  readonly arguments?: Readonly<Record<string, string>>;
  /** None by default. */
  readonly rows?: Rows;
}

/** What surrounds work in memory. */
export interface InMemory {
  /** Paths, as `sqlite_extensions` of the config. */
  readonly extensions: readonly string[];
  readonly observer: Observer;
  /** Ends the work early. */
  readonly stop?: AbortSignal | undefined;
}

/**
 * @throws {DrydockError} REVISION_FAILED if a step fails, perhaps for lack of rows; USAGE if a module cannot be loaded.
 * @throws {EngineDied} If a revision ended the process, or it was stopped.
 */
export async function replay(request: ReplayRequest, around: InMemory): Promise<Replayed> {
  const { from, made = [], steps, arguments: given = {}, rows = 'none' } = request;
  const seed: Seed = from === undefined ? emptySeed : { kind: 'database', schema: from, rows: [] };
  try {
    return await inEngine('replay', { seed, steps: steps.map((step) => engineStep(step, given)), rows }, around);
  } catch (error) {
    if (!(error instanceof DrydockError)) throw error;
    const replayed = from === undefined ? steps.map(({ revision }) => revision) : [];
    throw inMemory(error, emptyBodies([...made, ...replayed]));
  }
}

/**
 * The schema that revisions make, run one after the other from base.
 * @param given The values for `op.arguments`.
 * @throws {DrydockError} As {@link replay}.
 */
export async function schemaAfter(
  revisions: readonly Revision[],
  given: NonNullable<ReplayRequest['arguments']>,
  around: InMemory,
): Promise<StoredSchema> {
  const steps = revisions.map((revision): Step => ({ revision, direction: 'up' }));
  return lastOf(await replay({ steps, arguments: given }, around));
}

/** The schema that statements make. @throws {DrydockError} USAGE with the statement that cannot be run. */
export async function schemaOfScript(statements: readonly string[], around: InMemory): Promise<StoredSchema> {
  return lastOf(await inEngine('replay', { seed: { kind: 'script', statements }, steps: [], rows: 'none' }, around));
}

/** Sends one request to an engine that holds no file. */
export async function inEngine<K extends 'load' | 'replay' | 'survey' | 'compile' | 'readWhole' | 'readStatistics'>(
  name: K,
  takes: EngineRequests[K]['takes'],
  { extensions, observer, stop }: InMemory,
): Promise<EngineRequests[K]['gives']> {
  stop?.throwIfAborted();
  const engine = await startEngine({
    temporaryDirectory: tmpdir(),
    extensions,
    // Its process id is not reported: it holds no lock and no file.
    observer: (event) => event.kind !== 'engine-started' && observer(event),
    describeHolder: () => 'nobody',
  });
  const onStop = () => void engine.kill();
  stop?.addEventListener('abort', onStop, { once: true });
  if (stop?.aborted) onStop();
  try {
    return await engine.call(name, takes);
  } finally {
    stop?.removeEventListener('abort', onStop);
    await engine.stop();
  }
}

function lastOf({ schemas }: Replayed): StoredSchema {
  const last = schemas.at(-1);
  invariant(last !== undefined, 'a replay without a schema');
  return last;
}

function emptyBodies(revisions: readonly Revision[]): readonly string[] {
  return revisions.filter(isLeftEmpty).map(({ id }) => id);
}

function inMemory(error: DrydockError, empty: readonly string[]): DrydockError {
  return error.with({
    what: `${error.what} (replayed in memory, on a database without rows)`,
    state: 'No database was touched',
    ...(error.code === 'REVISION_FAILED' &&
      empty.length > 0 && {
        next: `If what it needs was made by a revision whose body was left empty (${empty.join(', ')}), write that into the body; otherwise fix the revision. Then run again`,
      }),
  });
}
