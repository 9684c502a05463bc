/** What the quick and the long tests of this subject share. */
import { once } from 'node:events';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { Restorable } from '../harness/restorable.ts';
import { otherProcess } from '../harness/writer.ts';

/** A journal or WAL with a transaction in it, as a killed writer leaves it beside a copy of the snapshot. */
export async function leftByWriter(t: TestContext, it: Restorable, kind: '-journal' | '-wal'): Promise<string> {
  const copy = join(it.root, 'opened.db');
  copyFileSync(join(it.snapshots, `${it.id}.db`), copy);
  const other = await otherProcess(copy, 1000);
  t.after(() => other.end());
  if (kind === '-wal') await other.run('PRAGMA journal_mode = wal');
  await other.run('PRAGMA cache_size = 5');
  await other.run('BEGIN IMMEDIATE');
  await other.run("UPDATE items SET name = name || 'x'");
  if (kind === '-wal') await other.run('COMMIT');
  other.process.kill('SIGKILL');
  await once(other.process, 'exit');
  return `${copy}${kind}`;
}
