/**
 * Whether a database file and what SQLite keeps beside it still belong together. SQLite does not check: it removes the
 * -wal or -journal of an empty file unread, and reads missing pages as zeros. So this reads the bytes before SQLite does.
 */
import { statSync } from 'node:fs';
import type { Claim, ReadClaim } from './claimed-pages.ts';
import { readJournalClaim } from './journal-claim.ts';
import { withRawBytes } from './raw-bytes.ts';
import { readWalClaim } from './wal-claim.ts';

/** A companion with committed or original pages of a database that the main file is not, or only in part. */
export interface Misfit extends Claim {
  readonly kind: 'WAL' | 'journal';
  /** The companion's. */
  readonly path: string;
  /** Size of the main file; undefined if there is none. */
  readonly mainBytes: number | undefined;
}

const companions: readonly (readonly [kind: Misfit['kind'], suffix: string, read: ReadClaim])[] = [
  ['WAL', '-wal', readWalClaim],
  ['journal', '-journal', readJournalClaim],
];

/** The state changes between looks only if a process is writing, and its locks keep the companions from being removed. */
const mostLooks = 10;

/**
 * @param database Its real path: the companions are beside that.
 * @returns Undefined if they fit. A misfit was seen in two consecutive looks with the same main file and the same
 *   generation of the companion, which does not happen while a writer is active.
 * @throws {Error} Node's own, such as EACCES.
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
