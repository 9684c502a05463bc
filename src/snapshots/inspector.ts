/**
 * A separate process that reads a whole database file: integrity_check blocks its process, and must not stop the
 * supervisor's heartbeat.
 */
import Database from 'better-sqlite3';
import { measure } from '../checks/measure.ts';
import { tune } from '../engine/live-file.ts';
import { answerApart } from '../engine/one-shot-child.ts';
import { faultPoint } from '../faults.ts';
import { queryPort } from '../files/query-port.ts';
import type { Examination, InspectionTask } from './inspect.ts';

answerApart(examine);

async function examine({ path, statistics }: InspectionTask): Promise<Examination> {
  await faultPoint('inspector:measure');
  // Not read-only, since SQLite then ignores CHECK constraints in the schema. `query_only` prevents writes.
  const db = new Database(path, { fileMustExist: true, timeout: 0 });
  try {
    db.pragma('query_only = ON');
    tune(db);
    // With the file mapped, a larger cache makes integrity_check 10 % slower.
    db.pragma('cache_size = -2000');
    return {
      measurement: measure(queryPort(db), statistics),
      pageCount: db.pragma('page_count', { simple: true }) as number,
      pageSize: db.pragma('page_size', { simple: true }) as number,
      sqliteVersion: db.prepare('SELECT sqlite_version()').pluck().get() as string,
    };
  } finally {
    db.close();
  }
}
