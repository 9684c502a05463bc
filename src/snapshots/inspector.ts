/**
 * A separate process that reads a whole database file: integrity_check blocks its process, and must not stop the
 * supervisor's heartbeat.
 */

import { answerApart } from '../engine/one-shot-child.ts';
import { equipWith } from '../engine/open-database.ts';
import { faultPoint } from '../faults.ts';
import type { Examination, InspectionTask } from './inspect.ts';
import { measureSnapshot, openToCheck } from './tables-in-parallel.ts';

const extensions = process.argv.slice(2);
const equipped = equipWith(extensions);
// The answer says it.
equipped.catch(() => undefined);
answerApart(examine);

async function examine({ path, statistics }: InspectionTask): Promise<Examination> {
  await faultPoint('inspector:measure');
  await equipped;
  const db = openToCheck(path);
  try {
    const pageCount = db.pragma('page_count', { simple: true }) as number;
    const pageSize = db.pragma('page_size', { simple: true }) as number;
    return {
      measurement: await measureSnapshot(db, pageCount * pageSize, statistics, extensions),
      pageCount,
      pageSize,
      sqliteVersion: db.prepare('SELECT sqlite_version()').pluck().get() as string,
    };
  } finally {
    db.close();
  }
}
