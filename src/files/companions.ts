/**
 * Whether a database file and what SQLite keeps beside it still belong together. SQLite does not ask: it removes the -wal or
 * the -journal of an empty file unread, and reads pages that are nowhere as zeros. So this looks at the bytes, before SQLite does.
 */
import { statSync } from 'node:fs';
import type { Claim, ReadClaim } from './claimed-pages.ts';
import { readJournalClaim } from './journal-claim.ts';
import { withRawBytes } from './raw-bytes.ts';
import { readWalClaim } from './wal-claim.ts';

/** A companion has committed or original pages of a database that the main file is not, or not wholly. */
export interface Misfit extends Claim {
  readonly kind: 'WAL' | 'journal';
  /** Of the companion. */
  readonly path: string;
  /** Of the main file; undefined if there is none. */
  readonly mainBytes: number | undefined;
}

const companions: readonly (readonly [kind: Misfit['kind'], suffix: string, read: ReadClaim])[] = [
  ['WAL', '-wal', readWalClaim],
  ['journal', '-journal', readJournalClaim],
];

/** Each look meets another state only where somebody writes, whose locks keep the companions from being removed. */
const mostLooks = 10;

/**
 * @param database Its real path: the companions stand beside that.
 * @returns Undefined if they fit. A misfit was seen in two looks one after the other, with the same main file and the same
 *   generation of the companion: no writer at work looks like that.
 * @throws {Error} as Node has it, such as EACCES.
 */
export function findMisfit(database: string): Misfit | undefined {
  let before = look(database);
  for (let looks = 1; before !== undefined && looks < mostLooks; looks += 1) {
    const now = look(database);
    if (isSame(before, now)) return now;
    before = now;
  }
  return undefined;
}

function isSame(one: Misfit, other: Misfit | undefined): boolean {
  return one.path === other?.path && one.generation === other.generation && one.mainBytes === other.mainBytes;
}

function look(database: string): Misfit | undefined {
  const mainBytes = statSync(database, { throwIfNoEntry: false })?.size;
  for (const [kind, suffix, read] of companions) {
    const path = `${database}${suffix}`;
    const claim = withRawBytes(path, (bytes) => read(bytes, mainBytes ?? 0));
    if (claim !== undefined && (!mainBytes || claim.missing > 0)) return { ...claim, kind, path, mainBytes };
  }
  return undefined;
}
