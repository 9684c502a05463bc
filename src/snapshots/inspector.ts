/**
 * A process of its own that reads a database file from end to end: hashing and integrity_check block for as long as
 * they take, and must neither stop the supervisor's heartbeat nor drop the engine's locks by closing a file.
 */
import Database from 'better-sqlite3';
import { measure } from '../checks/measure.ts';
import type { Statistic } from '../checks/measurement.ts';
import { queryPort } from '../checks/query-port.ts';
import { tune } from '../engine/live-file.ts';
import { toWire } from '../engine/wire-error.ts';
import { type FileHashes, hashFile } from '../files/content-hash.ts';
import type { Inspection, InspectionReply, InspectionTask } from './inspect.ts';

const [argument] = process.argv.slice(2);
const reply = (message: InspectionReply) => process.send?.(message);
process.on('disconnect', () => process.exit(0));

try {
  reply({ kind: 'answer', value: perform(JSON.parse(String(argument))) });
} catch (error) {
  reply({ kind: 'error', error: toWire(error) });
}

function perform(task: InspectionTask): FileHashes | Inspection {
  return task.kind === 'hash' ? hashFile(task.path) : inspect(task.path, task.statistics);
}

function inspect(path: string, statistics: readonly Statistic[]): Inspection {
  const hashes = hashFile(path);
  const db = new Database(path, { readonly: true, fileMustExist: true, timeout: 0 });
  try {
    tune(db);
    return {
      hashes,
      measurement: measure(queryPort(db), statistics),
      pageCount: db.pragma('page_count', { simple: true }) as number,
      pageSize: db.pragma('page_size', { simple: true }) as number,
      sqliteVersion: db.prepare('SELECT sqlite_version()').pluck().get() as string,
    };
  } finally {
    db.close();
  }
}
