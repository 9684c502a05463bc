/** Whether the live database, the revisions and the wanted schema say the same. Reads only. */
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
  /** From the live schema to the one that its revisions make. */
  readonly database: Compared;
  /** Ids of the revisions that are not applied, in order. */
  readonly pending: readonly string[];
  /** From the schema that all revisions make to the wanted one, where there is one. */
  readonly wanted: Compared | undefined;
}

/**
 * @param given What the revisions find in `op.arguments`.
 * @throws {DrydockError} HISTORY where database and files do not belong together; REVISION_FAILED where a revision cannot
 *   be replayed without rows.
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
  // Pending ones may need rows that a replay has not got: without a wanted schema nobody asks what they make.
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
