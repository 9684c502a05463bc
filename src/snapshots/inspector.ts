/**
 * A separate process that reads a whole database file: integrity_check blocks its process, and must not stop the
 * supervisor's heartbeat.
 */
import Database from 'better-sqlite3';
import { answerApart } from '../engine/one-shot-child.ts';
import { faultPoint } from '../faults.ts';
import type { Examination, InspectionTask } from './inspect.ts';
import { measureSnapshot } from './tables-in-parallel.ts';

answerApart(examine);

async function examine({ path, statistics }: InspectionTask): Promise<Examination> {
  await faultPoint('inspector:measure');
  const facts = readFacts(path);
  return { ...facts, measurement: await measureSnapshot(path, facts.pageCount * facts.pageSize, statistics) };
}

function readFacts(path: string): Omit<Examination, 'measurement'> {
  const db = new Database(path, { readonly: true, fileMustExist: true, timeout: 0 });
  try {
    return {
      pageCount: db.pragma('page_count', { simple: true }) as number,
      pageSize: db.pragma('page_size', { simple: true }) as number,
      sqliteVersion: db.prepare('SELECT sqlite_version()').pluck().get() as string,
    };
  } finally {
    db.close();
  }
}
