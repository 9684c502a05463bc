/** What a -wal or a -journal says of the database file that it belongs to. */
import type { RawBytes } from './raw-bytes.ts';

export interface Claim {
  /** The bytes that begin this generation of the companion: SQLite gives each one a random number. */
  readonly generation: string;
  readonly pageSize: number;
  /** How many pages the database has by it; at least 1. */
  readonly pages: number;
  /** How many of those are neither in the main file nor in the companion. */
  readonly missing: number;
}

/** @returns Undefined if it says nothing: SQLite would take nothing from it. */
export type ReadClaim = (bytes: RawBytes, mainBytes: number) => Claim | undefined;

/** SQLite counts a piece of a page as one. */
export function pagesIn(mainBytes: number, pageSize: number): number {
  return Math.ceil(mainBytes / pageSize);
}

export function isPageSize(bytes: number): boolean {
  return bytes >= 512 && bytes <= 65_536 && isPowerOfTwo(bytes);
}

export function isPowerOfTwo(value: number): boolean {
  return value > 0 && Number.isInteger(Math.log2(value));
}

/**
 * @param held Pages that the companion holds, of those behind the end of the main file.
 */
export function countMissing(pageSize: number, pages: number, mainPages: number, held: ReadonlySet<number>): number {
  const isBehind = (page: number) => page > mainPages && page <= pages;
  // The page of the lock bytes is never written (https://sqlite.org/fileformat2.html, section 1.4).
  const lockBytePage = 0x40000000 / pageSize + 1;
  const found = [...held].filter((page) => isBehind(page) && page !== lockBytePage).length;
  return Math.max(0, pages - mainPages - (isBehind(lockBytePage) ? 1 : 0) - found);
}
