/** Copies made while more users could read the database must not stay readable for them. */
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

/** Makes every copy as strict as the database is now, never looser, and reports what stays readable for more users. */
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

/** Warns that files do not get the database's group, if this user may not assign it. */
export function tellOfGroup({ layout, ownership, observer }: RunContext): void {
  const made = lstatSync(layout.runnerLock, { throwIfNoEntry: false });
  if (made === undefined || made.gid === ownership.gid || modeFor(ownership, made.gid) === ownership.mode) return;
  const message = `this user may not give files to the group of ${layout.database} (gid ${ownership.gid}), so what the run makes beside it is for its owner alone`;
  observer({ kind: 'note', message });
}

/** Not a snapshots folder named in the config: others may use it too. */
function foldersOf({ database, work, runs, rehearsal, snapshots }: Layout): string[] {
  return [work, runs, rehearsal, ...(snapshots === snapshotsBeside(database) ? [snapshots] : [])];
}

function copiesOf({ snapshots, runs, ...layout }: Layout, reports: string | undefined): string[] {
  // Lock files hold no data, and closing one would drop this process's lock on it.
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

/** @returns What is left unchanged, and why. */
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
