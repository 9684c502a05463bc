/** The files that SQLite keeps beside a database. */
import { statSync } from 'node:fs';
import { hasJournalHeader } from '../files/journal-header.ts';
import { describeBytes } from '../format.ts';
import { describeSqliteHolder } from '../lock/holder.ts';
import { type DoctorFinding, notice, ok } from './finding.ts';
import type { DoctorSubject } from './subject.ts';

/** A WAL that is larger than this, and than a quarter of the database, is not being checkpointed. */
const largeWalBytes = 16 * 1024 * 1024;

export function rollbackJournal({ layout, isWhole }: DoctorSubject): DoctorFinding[] {
  // The database is then reported as a problem; the advice below would make SQLite remove the journal.
  if (!isWhole) return [];
  const path = `${layout.database}-journal`;
  if (!hasJournalHeader(path)) return [ok('journal', 'no transaction was left unfinished')];
  const holder = describeSqliteHolder(layout.database);
  if (holder !== 'not known') {
    const next = 'Nothing to do: a run waits for it, up to busy_timeout';
    return [notice('journal', `${path} belongs to a transaction that ${holder} is writing`, next)];
  }
  return [
    notice(
      'journal',
      `${path} is hot, unless a process that is not visible from here is writing: a writer died, and SQLite rolls its transaction back from this file when a process next opens the database to write`,
      'Never delete or move it: without it the database is damaged. Start the application or run `drydock upgrade`',
    ),
  ];
}

export function writeAheadLog({ layout, stats, isWhole }: DoctorSubject): DoctorFinding[] {
  if (!isWhole) return [];
  const path = `${layout.database}-wal`;
  const bytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (bytes <= Math.max(largeWalBytes, Number(stats.size) / 4)) {
    return [ok('WAL', bytes === 0 ? 'there is none, or it is empty' : `${describeBytes(bytes)}, which is normal`)];
  }
  return [
    notice(
      'WAL',
      `${path} has ${describeBytes(bytes)}: a reader that never ends its transaction prevents a checkpoint, or no process runs one`,
      'Look for connections that stay in a transaction; when they are closed, PRAGMA wal_checkpoint(TRUNCATE) empties it',
    ),
  ];
}
