/** What is visibly wrong with a snapshot, without reading it. Only a hash of the file is proof, and that takes time. */

import { lstatSync, statSync } from 'node:fs';
import { committedWal } from '../files/committed-wal.ts';
import { hasJournalHeader } from '../files/journal-header.ts';
import { describeNumber, plural } from '../format.ts';
import type { Manifest } from './manifest.ts';

interface NamedFile {
  readonly path: string;
  readonly manifest: Manifest;
}

export interface VisibleProblem {
  /** In a word or two, for a column. */
  readonly seen: 'damaged' | 'changed since' | 'stray file beside it';
  /** Ends the sentence "the snapshot …". */
  readonly what: string;
}

/** Undefined if nothing is visibly wrong. */
export function visibleProblem({ path, manifest }: NamedFile): VisibleProblem | undefined {
  if (manifest.integrity === 'damaged') return { seen: 'damaged', what: 'was damaged when it was taken' };
  const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (bytes !== manifest.bytes) {
    const what = `has changed since it was taken: it has ${plural(bytes, 'byte')}, and its manifest says ${describeNumber(manifest.bytes)}`;
    return { seen: 'changed since', what };
  }
  const stray = strayCompanion(path);
  return stray === undefined ? undefined : { seen: 'stray file beside it', what: sayStray(stray) };
}

export function sayStray(stray: string): string {
  return `has ${stray} beside it, which SQLite would treat as part of it`;
}

/**
 * A `-journal` or `-wal` that SQLite would apply to the snapshot as soon as it opens it: left by a process that was
 * killed while writing to the snapshot, or belonging to another database. One that SQLite ignores does not count.
 */
export function strayCompanion(path: string): string | undefined {
  const companions = [
    { file: `${path}-journal`, counts: hasJournalHeader },
    { file: `${path}-wal`, counts: (wal: string) => committedWal(wal) !== undefined },
    { file: `${path}-shm`, counts: () => false },
  ];
  return companions.find(({ file, counts }) => {
    // A link counts wherever it leads: SQLite refuses to open what it follows there.
    const stats = lstatSync(file, { throwIfNoEntry: false });
    return stats !== undefined && (!stats.isFile() || counts(file));
  })?.file;
}
