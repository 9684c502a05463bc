/**
 * integrity_check of a large file, on several cores: quick_check of the whole file, and integrity_check table by table,
 * find what integrity_check of the whole file finds. What they find is then judged by the check of the whole file, so this
 * only ever answers that nothing was found.
 */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type Database from 'better-sqlite3';
import { checkTable } from '../checks/integrity.ts';
import { measure, measureStructure, tablesOf } from '../checks/measure.ts';
import type { Measurement } from '../checks/measurement.ts';
import type { Statistic } from '../config/statistic.ts';
import { siblingModule } from '../engine/entry.ts';
import { tune } from '../engine/live-file.ts';
import { openDatabase } from '../engine/open-database.ts';
import { queryPort } from '../files/query-port.ts';

/** The tables of one file, from which each thread takes the next. */
export interface SharedTables {
  readonly path: string;
  /** As `sqlite_extensions` of the config. */
  readonly extensions: readonly string[];
  readonly tables: readonly string[];
  /** One number: how many tables are taken. */
  readonly taken: Int32Array<SharedArrayBuffer>;
}

/** Starting a thread takes as long as checking a few megabytes. */
const bytesPerThread = 64 * 1024 * 1024;
const maxThreads = 8;

/** @param db From {@link openToCheck}. @param bytes The size of the file. */
export async function measureSnapshot(
  db: Database.Database,
  bytes: number,
  statistics: readonly Statistic[],
  extensions: readonly string[],
): Promise<Measurement> {
  const port = queryPort(db);
  const threads = Math.min(availableParallelism(), maxThreads, Math.floor(bytes / bytesPerThread));
  if (threads < 2) return measure(port, statistics);
  // quick_check looks into virtual tables as deeply as integrity_check does.
  const tables = tablesOf(port).filter(({ type }) => type === 'table' || type === 'shadow');
  const taken = new Int32Array(new SharedArrayBuffer(4));
  const shared = { path: db.name, extensions, tables: tables.map(({ name }) => name), taken };
  const others = Array.from({ length: threads - 1 }, () => inThread(shared));
  const measured = measureStructure(port, statistics);
  const found = [checkTables(shared), ...(await Promise.all(others))];
  return measured.integrity.length === 0 && found.every((one) => one === 'nothing')
    ? measured
    : measure(port, statistics);
}

/** Checks tables until none is left, or one is not sound. */
export function checkTables({ path, tables, taken }: SharedTables): 'nothing' | 'something' {
  const db = openToCheck(path);
  try {
    for (;;) {
      const table = tables[Atomics.add(taken, 0, 1)];
      if (table === undefined) return 'nothing';
      const found = checkTable(queryPort(db), table);
      if (found === 'undecided' || found.length > 0) return 'something';
    }
  } finally {
    db.close();
  }
}

function inThread(shared: SharedTables): Promise<'nothing' | 'something'> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(siblingModule(import.meta.url, 'table-checker'), { workerData: shared });
    thread.on('message', resolve);
    thread.on('error', reject);
    // Without effect behind a message.
    thread.on('exit', (code) => reject(new Error(`a thread that checks tables ended early (exit code ${code})`)));
  });
}

export function openToCheck(path: string): Database.Database {
  // Not read-only, since SQLite then ignores CHECK constraints in the schema. `query_only` prevents writes.
  const db = openDatabase(path, { fileMustExist: true, timeout: 0 });
  db.pragma('query_only = ON');
  tune(db);
  // With the file mapped, a larger cache makes integrity_check 10 % slower.
  db.pragma('cache_size = -2000');
  return db;
}
