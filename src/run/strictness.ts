/** What was copied of a database while more people could read it is not to outlive that. */
import { closeSync, fchmodSync, fstatSync, lstatSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../errors.ts';
import { namesSeenIn } from '../files/access.ts';
import { type Layout, snapshotsBeside, workFiles } from '../files/layout.ts';
import { openFile } from '../files/owned-file.ts';
import { openFolder } from '../files/owned-folder.ts';
import { directoryMode, mayChange, modeFor, type Ownership } from '../files/ownership.ts';
import { isRecordName } from '../records/store.ts';
import { isSnapshotName } from '../snapshots/catalog.ts';
import type { RunContext } from './context.ts';

/** Makes every copy as strict as the database is now, never looser, and says what stays readable for more people. */
export function keepCopiesStrict({ layout, ownership, request, observer }: RunContext): void {
  for (const path of [...foldersOf(layout), ...copiesOf(layout, request.config.reportDir)]) {
    try {
      const left = tighten(path, ownership);
      if (left !== undefined) observer({ kind: 'warning', message: `${left}: make it as strict yourself` });
    } catch (error) {
      const message = `the permissions of ${path} could not be made those of ${layout.database}: ${messageOf(error)}`;
      observer({ kind: 'warning', message });
    }
  }
}

/** Says that the group of the database is left out, where this user may not give a file to it. */
export function tellOfGroup({ layout, ownership, observer }: RunContext): void {
  const made = lstatSync(layout.runnerLock, { throwIfNoEntry: false });
  if (made === undefined || made.gid === ownership.gid || modeFor(ownership, made.gid) === ownership.mode) return;
  const message = `this user may not give files to the group of ${layout.database} (gid ${ownership.gid}), so what the run makes beside it is for its owner alone`;
  observer({ kind: 'note', message });
}

/** Not a folder for snapshots that the config names: it may be of use to others too. */
function foldersOf({ database, work, runs, rehearsal, snapshots }: Layout): string[] {
  return [work, runs, rehearsal, ...(snapshots === snapshotsBeside(database) ? [snapshots] : [])];
}

function copiesOf({ snapshots, runs, ...layout }: Layout, reports: string | undefined): string[] {
  // They hold nothing, and closing one would drop the lock that this process has on it.
  const locks = [layout.runnerLock, layout.rehearsalLock];
  const records = namesSeenIn(runs).filter(isRecordName);
  const ofRun = (name: string) => join(reports ?? '', name.replace(/\.json(\.tmp)?$/, '.html'));
  return [
    ...workFiles({ snapshots, runs, ...layout }).filter((path) => !locks.includes(path)),
    ...records.map((name) => join(runs, name)),
    ...namesSeenIn(snapshots).flatMap((name) => (isSnapshotName(name) ? [join(snapshots, name)] : [])),
    ...(reports === undefined ? [] : records.map(ofRun)),
  ];
}

/** @returns What is left as it is, and why. */
function tighten(path: string, ownership: Ownership): string | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined || !(stats.isFile() || stats.isDirectory()) || !isTooWide(stats, ownership)) return undefined;
  if (!mayChange(stats)) return `${path} may be read by more people than the database, and belongs to uid ${stats.uid}`;
  if (stats.isFile() && stats.nlink > 1)
    return `${path} may be read by more people than the database, and has another name (a hard link)`;
  const descriptor = stats.isDirectory() ? openFolder(path) : openFile(path);
  try {
    const now = fstatSync(descriptor);
    if (now.ino === stats.ino) fchmodSync(descriptor, allowed(now, ownership));
  } finally {
    closeSync(descriptor);
  }
  return undefined;
}

function isTooWide(stats: Stats, ownership: Ownership): boolean {
  return allowed(stats, ownership) !== (stats.mode & 0o777);
}

function allowed(stats: Stats, ownership: Ownership): number {
  const mode = modeFor(ownership, stats.gid);
  return stats.mode & 0o777 & (stats.isDirectory() ? directoryMode({ ...ownership, mode }) : mode | 0o700);
}
