/** Finds the snapshot that a user means by an id, the beginning of one, or `latest`. */
import { DrydockError } from '../errors.ts';
import { moveAway } from '../files/access.ts';
import type { Layout } from '../files/layout.ts';
import { begunAnewAt } from './begun-anew.ts';
import { type Catalog, readCatalog, type Snapshot } from './catalog.ts';
import { visibleProblem } from './problem.ts';
import { traceOf } from './trace.ts';

/** A snapshot of the catalog, or the error of an unusable one. */
interface Entry {
  readonly id: string;
  readonly snapshot: Snapshot | DrydockError;
}

/**
 * @param address The id, the beginning of one, or `latest`. `latest` is never what a restore put aside: the same command,
 *   repeated, must continue with the same snapshot.
 * @throws {DrydockError} USAGE if none or several match; PREFLIGHT if the match cannot be used. An older one is never
 *   used instead.
 */
export function findSnapshot(layout: Layout, address: string): Snapshot {
  // Probably an unset variable in a script; it would match every id.
  if (address === '')
    throw new DrydockError('USAGE', {
      what: 'The id of the snapshot is empty',
      state: 'Nothing was changed',
      next: 'See `drydock snapshot list`',
    });
  const catalog = readCatalog(layout);
  return address === 'latest' ? latest(layout, catalog) : byId(layout, catalog, address);
}

function latest(layout: Layout, catalog: Catalog): Snapshot {
  const { snapshots, unusable } = catalog;
  const entries = sorted({
    snapshots: snapshots.filter(({ manifest }) => manifest.reason !== 'replaced'),
    unusable: unusable.filter(({ reason }) => reason !== 'replaced'),
  });
  const newest = entries.at(-1);
  if (newest === undefined) throw noLatest(layout, sorted(catalog));
  const problem = problemOf(newest);
  if (problem === undefined && !(newest.snapshot instanceof DrydockError)) {
    requireNotEmptied(layout, snapshots, newest.snapshot);
    return newest.snapshot;
  }
  // Something else in the place of one of its files is in the way of every restore.
  const first = newest.snapshot instanceof DrydockError && newest.snapshot.next === moveAway ? `${moveAway}. ` : '';
  const older = entries.findLast((entry) => problemOf(entry) === undefined);
  throw new DrydockError('PREFLIGHT', {
    what: `The newest snapshot, ${newest.id}, cannot be used: ${problem}`,
    state: 'Nothing was changed',
    next:
      older === undefined
        ? `${first}Put its files in ${layout.snapshots} back as they were; see \`drydock snapshot list\``
        : `${first}Put its files back as they were; or use the one before it, which is older, by its id: \`drydock snapshot restore ${older.id}\``,
  });
}

/**
 * Refuses a latest snapshot without rows if an earlier one has some: the user probably means the one before the data was
 * lost.
 * @throws {DrydockError} USAGE, unless the database was begun anew since.
 */
function requireNotEmptied(layout: Layout, all: readonly Snapshot[], newest: Snapshot): void {
  if (traceOf(newest)?.hasRows !== false) return;
  const begun = begunAnewAt(layout) ?? '';
  const earlier = all.findLast(
    (snapshot) =>
      snapshot.manifest.id < newest.manifest.id &&
      snapshot.manifest.reason !== 'replaced' &&
      snapshot.manifest.createdAt > begun &&
      traceOf(snapshot)?.hasRows === true,
  );
  if (earlier === undefined) return;
  throw new DrydockError('USAGE', {
    what: `The latest snapshot, ${newest.manifest.id}, has no rows, while the earlier ${earlier.manifest.id} of ${earlier.manifest.createdAt} has some`,
    state: 'Nothing was changed',
    next: `Give the id of the one you mean: ${earlier.manifest.id} or ${newest.manifest.id}`,
  });
}

function problemOf({ snapshot }: Entry): string | undefined {
  if (snapshot instanceof DrydockError) return snapshot.what;
  const problem = visibleProblem(snapshot);
  return problem === undefined ? undefined : `${snapshot.path} ${problem.what}`;
}

function noLatest(layout: Layout, putAside: readonly Entry[]): DrydockError {
  const newest = putAside.at(-1);
  if (newest === undefined)
    return new DrydockError('USAGE', {
      what: `There are no snapshots in ${layout.snapshots}`,
      state: 'Nothing was changed',
      next: 'Check --database; to take a snapshot: `drydock snapshot create`',
    });
  return new DrydockError('USAGE', {
    what: `Every snapshot in ${layout.snapshots} is what a restore put aside, and latest is never one of those`,
    state: 'Nothing was changed',
    next: `To use the newest of them, give its id, ${newest.id}; see \`drydock snapshot list\``,
  });
}

function byId(layout: Layout, catalog: Catalog, prefix: string): Snapshot {
  const fitting = sorted(catalog).filter(({ id }) => id.startsWith(prefix));
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) {
    if (only.snapshot instanceof DrydockError) throw only.snapshot;
    return only.snapshot;
  }
  throw new DrydockError('USAGE', {
    what: `${only === undefined ? 'No snapshot' : `More than one snapshot (${fitting.map(({ id }) => id).join(', ')})`} in ${layout.snapshots} has an id that begins with '${prefix}'`,
    state: 'Nothing was changed',
    next: 'See `drydock snapshot list`',
  });
}

/** Oldest first. */
function sorted({ snapshots, unusable }: Catalog): readonly Entry[] {
  const entries: Entry[] = [
    ...snapshots.map((snapshot) => ({ id: snapshot.manifest.id, snapshot })),
    ...unusable.map(({ id, error }) => ({ id, snapshot: error })),
  ];
  return entries.sort((a, b) => (a.id < b.id ? -1 : 1));
}
