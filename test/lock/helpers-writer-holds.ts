/** What the quick and the long tests of this subject share. */
import type { TestContext } from 'node:test';
import { type JournalMode, sqlRevision } from '../harness/files.ts';
import { base, type Scene, scene } from '../harness/scene.ts';
import { type OtherProcess, otherProcess } from '../harness/writer.ts';

export const files = {
  ...base,
  '002.sql': sqlRevision(
    '002',
    '001_base',
    'ALTER TABLE parent ADD COLUMN age INTEGER;\nUPDATE parent SET age = 1;',
    'ALTER TABLE parent DROP COLUMN age;',
  ),
};

export async function beside(t: TestContext, mode: JournalMode): Promise<{ it: Scene; other: OtherProcess }> {
  const it = scene(t, { mode, files });
  const other = await otherProcess(it.database, 0);
  t.after(() => other.end());
  return { it, other };
}

export async function stateSeenBy(other: OtherProcess): Promise<{ version: unknown; columns: unknown[] }> {
  const [row] = (await other.run('SELECT version_num FROM alembic_version')) as { version_num: string }[];
  const columns = (await other.run("SELECT name FROM pragma_table_info('parent')")) as { name: string }[];
  return { version: row?.version_num, columns: columns.map(({ name }) => name) };
}
