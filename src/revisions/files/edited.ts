import { DrydockError } from '../../errors.ts';
import { shellWord } from '../../files/shell-word.ts';
import type { HistoryRow } from '../applied-tables.ts';
import { type RevisionGraph, requireKnown } from '../graph/graph.ts';
import type { Revision } from '../revision.ts';
import { isScaffold } from './scaffold.ts';

/** A revision whose file has changed since it was applied. */
export interface EditedSinceApplied {
  readonly revision: Revision;
  /** The checksum of the file when it was applied or stamped. */
  readonly recorded: string;
}

/**
 * Finds the applied revisions whose files were edited since. A revision that Alembic applied has no recorded checksum and
 * passes.
 * @param current The ids in the database's `alembic_version` table.
 * @param history Every row of `drydock_history`, oldest first.
 * @returns In the graph's order.
 * @throws {DrydockError} HISTORY if a current revision has no file.
 */
export function editedRevisions(
  graph: RevisionGraph,
  current: readonly string[],
  history: readonly HistoryRow[],
): EditedSinceApplied[] {
  requireKnown(graph, current);
  const recorded = new Map<string, string>();
  for (const row of history) {
    // A deferred revision has not run yet, so its text may still change.
    if (row.result === 'deferred') recorded.delete(row.revision);
    else if (row.direction !== 'down') recorded.set(row.revision, row.checksum);
  }
  const applied = graph.ancestors(current);
  return graph.revisions.flatMap((revision) => {
    const then = recorded.get(revision.id);
    const edited = applied.has(revision.id) && then !== undefined && then !== revision.checksum;
    return edited ? [{ revision, recorded: then }] : [];
  });
}

/**
 * The error for applied revisions whose files were edited.
 * @param current The ids in the database's `alembic_version` table.
 */
export function editedError(edited: readonly EditedSinceApplied[], current: readonly string[]): DrydockError {
  const files = edited.map(({ revision }) => revision.path).join(', ');
  return new DrydockError('HISTORY', {
    what: `${files} ${edited.length === 1 ? 'was' : 'were'} edited after being applied, so the database does not hold what is written there`,
    state: 'The database is unchanged',
    next: waysOut(edited, current),
  });
}

function waysOut([first, ...others]: readonly EditedSinceApplied[], current: readonly string[]): string {
  if (first !== undefined && others.length === 0 && current.join() === first.revision.id) {
    const { revision, recorded } = first;
    const [parent = 'base', ...parents] = revision.revises;
    if (parents.length === 0 && isScaffold(revision, recorded)) {
      return `It was applied while it was empty, so what is written there now has not run; in development go back and run it: \`drydock stamp ${shellWord(parent)}\`, then \`drydock upgrade\`; otherwise write the change as a new revision, and put the empty text back`;
    }
  }
  const isCompiled = [first, ...others].every((one) => one !== undefined && /\.m?js$/.test(one.revision.path));
  const ship = isCompiled
    ? 'If it was compiled from a .ts revision, ship the .ts file as it is: Drydock runs it. Otherwise put'
    : 'Put';
  return `${ship} the text back as it was applied; if the change is intended, write it as a new revision; if the edit changes nothing that runs, record the files as they are with \`drydock stamp current\``;
}
