/**
 * The live file's identity and state according to stat(2): a fence that outlives the process. It stays the same under
 * reads, empty checkpoints and rolled-back transactions, and any commit changes it (seen in the experiments).
 */
import { statSync } from 'node:fs';
import type { RunContext } from './context.ts';
import type { FileState } from './journal.ts';

/** @returns null if the WAL is not empty: the file alone is not the state then. */
export function fileState(context: RunContext): FileState | null {
  const { database } = context.layout;
  const { ino, size, mtimeNs } = statSync(database, { bigint: true });
  const walBytes = statSync(`${database}-wal`, { bigint: true, throwIfNoEntry: false })?.size ?? 0n;
  if (walBytes > 0n) return null;
  return { inode: String(ino), bytes: String(size), mtimeNs: String(mtimeNs), walBytes: String(walBytes) };
}

export function isSameState(a: FileState | null, b: FileState | null): boolean {
  return a !== null && b !== null && a.inode === b.inode && a.bytes === b.bytes && a.mtimeNs === b.mtimeNs;
}
