/** What to do about a damaged database: which snapshot to go back to, and how. */
import { DrydockError } from '../errors.ts';
import type { Layout } from '../files/layout.ts';
import { shellWord } from '../files/shell-word.ts';
import { describeBytes, describeRevisions, plural } from '../format.ts';
import { listSnapshots } from './catalog.ts';
import { findSnapshot } from './find-snapshot.ts';

/** @returns Sentences, without the last full stop. */
export function wayBack(layout: Layout): string {
  const { length } = listSnapshots(layout);
  if (length === 0) {
    // Not .recover alone: Debian builds its shell without it. A dump with errors ends with ROLLBACK.
    const dump = `sqlite3 ${shellWord(layout.database)} .dump | sed 's/^ROLLBACK;.*/COMMIT;/' | sqlite3 salvaged.db`;
    return `There is no snapshot in ${layout.snapshots}: put a backup in its place, or salvage what can be read into a new file: \`${dump}\`; where the sqlite3 shell has .recover, that may read more`;
  }
  try {
    const { id, createdAt, bytes, revision } = findSnapshot(layout, 'latest').manifest;
    return `The newest of ${plural(length, 'snapshot')} is of ${createdAt}, at ${describeRevisions(revision)}, with ${describeBytes(bytes)}; to go back to it: \`drydock snapshot restore ${id}\`; to see them all: \`drydock snapshot list\``;
  } catch (error) {
    if (!(error instanceof DrydockError)) throw error;
    return `${error.what}. ${error.next}`;
  }
}
