/** Compares the live database, the revisions and the desired schema. Only reads. */
import { invariant } from '../errors.ts';
import type { Observer } from '../events.ts';
import type { Applied } from '../revisions/applied-tables.ts';
import { editedError, editedRevisions } from '../revisions/files/edited.ts';
import type { RevisionGraph } from '../revisions/graph/graph.ts';
import type { Step } from '../revisions/revision.ts';
import { type Compared, compared } from '../schema/compare/compared.ts';
import type { Schema } from '../schema/normalised.ts';
import { type StoredSchema, schemaOf } from '../schema/read-schema.ts';
import { replay } from '../shadow/replay.ts';

export interface Drift {
  /** From the live schema to the one that its applied revisions make. */
  readonly database: Compared;
  /** Ids of the revisions that are not applied, in order. */
  readonly pending: readonly string[];
  /** From the schema that all revisions make to the desired one, if there is one. */
  readonly wanted: Compared | undefined;
}

/**
 * @param given The values for `op.arguments`.
 * @throws {DrydockError} HISTORY if database and files do not belong together; REVISION_FAILED if a revision cannot be
 *   replayed without rows.
 */
export async function findDrift(
  { graph, applied, live }: { readonly graph: RevisionGraph; readonly applied: Applied; readonly live: StoredSchema },
  wanted: Schema | undefined,
  given: Readonly<Record<string, string>>,
  observer: Observer,
): Promise<Drift> {
  const edited = editedRevisions(graph, applied.current, applied.history);
  if (edited.length > 0) throw editedError(edited);
  const reached = graph.ancestors(applied.current);
  const isApplied = ({ id }: { readonly id: string }) => reached.has(id);
  const [done, pending] = [graph.revisions.filter(isApplied), graph.revisions.filter((each) => !isApplied(each))];
  // Pending revisions may need rows, which a replay does not have; without a desired schema their result is not needed.
  const replayed = wanted === undefined ? done : [...done, ...pending];
  const { schemas } = await replay(
    { steps: replayed.map((revision): Step => ({ revision, direction: 'up' })), arguments: given },
    observer,
  );
  return {
    database: compared(schemaOf(live), schemaAt(schemas, done.length)),
    pending: pending.map(({ id }) => id),
    wanted: wanted && compared(schemaAt(schemas, replayed.length), wanted),
  };
}

function schemaAt(schemas: readonly StoredSchema[], steps: number): Schema {
  const stored = schemas[steps];
  invariant(stored !== undefined, `no schema after ${steps} steps`);
  return schemaOf(stored);
}
