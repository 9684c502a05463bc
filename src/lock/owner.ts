/**
 * Who holds the lock and since when, for people to read. No decision may depend on it: the runner has the same pid in
 * every container, and a host name may be reused.
 */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { codeOf, DrydockError } from '../errors.ts';
import { readOwnFile, writeOwnedFile } from '../files/owned-file.ts';
import type { Ownership } from '../files/ownership.ts';

export interface Owner {
  readonly runId: string;
  readonly command: string;
  readonly host: string;
  readonly bootId: string;
  readonly pid: number;
  readonly since: string;
  readonly toolVersion: string;
  /**
   * Inode and birth time of the lock directory that this owner created, to tell a leftover of ours from another tool's.
   * Both, since a file system reuses inodes.
   */
  readonly visibleLock: string;
}

export function describeSelf(): Pick<Owner, 'host' | 'bootId' | 'pid'> {
  return { host: hostname(), bootId: bootId(), pid: process.pid };
}

/** Writes with the ownership of the database, so that a waiting run of its owner can read what root has written. */
export function writeOwner(path: string, owner: Owner, ownership: Ownership): void {
  writeOwnedFile(path, `${JSON.stringify(owner, null, 2)}\n`, ownership);
}

/** The recorded owner; undefined if there is none that can be read. */
export function readOwner(path: string): Owner | undefined {
  let text: string;
  try {
    text = readOwnFile(path);
  } catch (error) {
    // The file is information only, so an unreadable one counts as missing.
    if (error instanceof DrydockError || ['ENOENT', 'EACCES', 'EPERM'].includes(codeOf(error))) return undefined;
    throw error;
  }
  try {
    const value: unknown = JSON.parse(text);
    return isOwner(value) ? value : undefined;
  } catch (error) {
    // So does one that a crash or a person has damaged.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** "drydock upgrade, run 1a2b…, pid 7 on host web-1, since 2026-01-01T00:00:00Z". */
export function describeOwner(owner: Owner | undefined): string {
  if (owner === undefined) return 'not known';
  return `drydock ${owner.command}, run ${owner.runId}, pid ${owner.pid} on host ${owner.host}, since ${owner.since}`;
}

function isOwner(value: unknown): value is Owner {
  if (typeof value !== 'object' || value === null) return false;
  const record = value as Record<string, unknown>;
  const texts = ['runId', 'command', 'host', 'bootId', 'since', 'toolVersion', 'visibleLock'];
  return texts.every((key) => typeof record[key] === 'string') && typeof record['pid'] === 'number';
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch (error) {
    // Only Linux has it.
    if (codeOf(error) === 'ENOENT') return 'unknown';
    throw error;
  }
}
