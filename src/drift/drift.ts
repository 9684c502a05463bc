/** Compares the live database, the revisions and the desired schema. Only reads. */
import { invariant } from '../errors.ts';
import type { Applied } from '../revisions/applied-tables.ts';
import { editedError, editedRevisions } from '../revisions/files/edited.ts';
import type { RevisionGraph } from '../revisions/graph/graph.ts';
import type { Step } from '../revisions/revision.ts';
import { type Compared, compared } from '../schema/compare/compared.ts';
import type { StoredSchema } from '../schema/read-schema.ts';
import { comparedParts } from '../schema/users-tables.ts';
import { type InMemory, replay } from '../shadow/replay.ts';

export interface Drift {
  /** From the live schema to the one that its applied revisions make. */
  readonly database: Compared;
  /** Ids of the revisions that are not applied, in order. */
  readonly pending: readonly string[];
  /** From the schema that all revisions make to the desired one, if there is one. */
  readonly wanted: Compared | undefined;
}

/**
 * @param ignored Tables and views that are not compared. @param given The values for `op.arguments`.
 * @throws {DrydockError} HISTORY if database and files do not belong together; REVISION_FAILED if a revision cannot be
 *   replayed without rows.
 */
export async function findDrift(
  { graph, applied, live }: { readonly graph: RevisionGraph; readonly applied: Applied; readonly live: StoredSchema },
  wanted: StoredSchema | undefined,
  ignored: readonly string[],
  given: Readonly<Record<string, string>>,
  around: InMemory,
): Promise<Drift> {
  const edited = editedRevisions(graph, applied.current, applied.history);
  if (edited.length > 0) throw editedError(edited, applied.current);
  const reached = graph.ancestors(applied.current);
  const isApplied = ({ id }: { readonly id: string }) => reached.has(id);
  const [done, pending] = [graph.revisions.filter(isApplied), graph.revisions.filter((each) => !isApplied(each))];
  // Pending revisions may need rows, which a replay does not have; without a desired schema their result is not needed.
  const replayed = wanted === undefined ? done : [...done, ...pending];
  const { schemas } = await replay(
    { steps: replayed.map((revision): Step => ({ revision, direction: 'up' })), arguments: given },
    around,
  );
  const database = comparedParts(live, schemaAt(schemas, done.length), ignored);
  const desired = wanted && comparedParts(wanted, schemaAt(schemas, replayed.length), ignored);
  return {
    database: compared(database.found, database.made),
    pending: pending.map(({ id }) => id),
    wanted: desired && compared(desired.made, desired.found),
  };
}

function schemaAt(schemas: readonly StoredSchema[], steps: number): StoredSchema {
  const stored = schemas[steps];
  invariant(stored !== undefined, `no schema after ${steps} steps`);
  return stored;
}
