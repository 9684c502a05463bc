/** What a -wal or a -journal says about the database file that it belongs to. */
import type { RawBytes } from './raw-bytes.ts';

export interface Claim {
  /** The bytes that identify this generation of the companion: SQLite puts a random number into each. */
  readonly generation: string;
  readonly pageSize: number;
  /** How many pages the database has according to it; at least 1. */
  readonly pages: number;
  /** How many of those are neither in the main file nor in the companion. */
  readonly missing: number;
}

/** @returns Undefined if the companion has no effect: SQLite would ignore it. */
export type ReadClaim = (bytes: RawBytes, mainBytes: number) => Claim | undefined;

/** The whole pages. SQLite counts a partial one too, and reads the rest of it as zeros. */
export function wholePagesIn(mainBytes: number, pageSize: number): number {
  return Math.floor(mainBytes / pageSize);
}

export function isPageSize(bytes: number): boolean {
  return bytes >= 512 && bytes <= 65_536 && isPowerOfTwo(bytes);
}

export function isPowerOfTwo(value: number): boolean {
  return value > 0 && Number.isInteger(Math.log2(value));
}

/**
 * @param held The pages beyond the end of the main file that the companion holds.
 */
export function countMissing(pageSize: number, pages: number, mainPages: number, held: ReadonlySet<number>): number {
  const isBehind = (page: number) => page > mainPages && page <= pages;
  // The page of the lock bytes is never written (https://sqlite.org/fileformat2.html, section 1.4).
  const lockBytePage = 0x40000000 / pageSize + 1;
  const found = [...held].filter((page) => isBehind(page) && page !== lockBytePage).length;
  return Math.max(0, pages - mainPages - (isBehind(lockBytePage) ? 1 : 0) - found);
}
