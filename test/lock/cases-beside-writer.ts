/** A process that writes all the time while runs succeed, fail, go back and restore: no row that it was told of is lost. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { integrity } from '../harness/dump.ts';
import { type JournalMode, sqlRevision } from '../harness/files.ts';
import {
  assertFailed,
  assertNothingLeft,
  base,
  execute,
  moduleRevision,
  query,
  type Scene,
  scene,
  snapshotFile,
  snapshots,
} from '../harness/scene.ts';
import { type ConstantWriter, constantWriter } from '../harness/writer.ts';

const files = {
  ...base,
  '002_note.sql': sqlRevision(
    '002_note',
    '001_base',
    'ALTER TABLE parent ADD COLUMN note TEXT;\nUPDATE parent SET note = name;',
    'ALTER TABLE parent DROP COLUMN note;',
  ),
  '003_type.ts': moduleRevision('003_type', '002_note', `op.alterColumn('written', 'extra', { type: 'TEXT' });`, {
    downgrade: `op.alterColumn('written', 'extra', { type: 'VARCHAR(5)' });`,
  }),
  '004_fails.sql': sqlRevision('004_fails', '003_type', 'DELETE FROM written;\nINSERT INTO nowhere VALUES (1);'),
};

/** A restore that meets a writer in the moment of the exchange does nothing and says so: then it is asked again. */
const restoreTries = 50;

/** One round is up, a failure, down, a failure; then a snapshot, up, a restore of the snapshot, and up again. */
export async function runsBesideWriter(t: TestContext, mode: JournalMode, rounds: number): Promise<void> {
  const it = scene(t, { mode, files, config: 'snapshots: { keep: 20 }\n' });
  execute(it.database, 'CREATE TABLE written (id INTEGER PRIMARY KEY, extra VARCHAR(5))');
  const writer = await writerOf(t, it.database);

  for (let round = 0; round < rounds; round += 1) {
    await succeeds(it, ['upgrade', '003_type'], '003_type');
    assertFailed(await it.run(['upgrade']), 20, '004_fails.sql:5', 'nowhere');
    await succeeds(it, ['downgrade', '001_base', '--yes'], '001_base');
    assertFailed(await it.run(['upgrade']), 20, '004_fails.sql:5', 'nowhere');
    assert.deepEqual(versionsOf(it.database), ['001_base']);
  }
  const created = await it.run(['snapshot', 'create', '--json']);
  assert.equal(created.code, 0, created.stderr);
  await succeeds(it, ['upgrade', '002_note'], '002_note');
  const kept = await restore(it, created.json<{ snapshot: { id: string } }>().snapshot.id);
  await succeeds(it, ['upgrade', '003_type'], '003_type');

  const acknowledged = await writer.stop();
  const there = new Set([...writtenIn(it.database), ...writtenIn(kept)]);
  assert.deepEqual(
    acknowledged.filter((id) => !there.has(id)),
    [],
    'every row that was acknowledged is in the database, or in what the restore kept',
  );
  assert.ok((writtenIn(it.database).at(-1) ?? 0) > (writtenIn(kept).at(-1) ?? 0), 'it wrote on after the restore');
  assert.equal(integrity(it.database), 'ok');
  assertNothingLeft(it);
}

/** Stopped once, by the test or when it is over. */
async function writerOf(t: TestContext, database: string): Promise<ConstantWriter> {
  const writer = await constantWriter(database);
  let stopped: Promise<number[]> | undefined;
  const stop = () => {
    stopped ??= writer.stop();
    return stopped;
  };
  t.after(stop);
  return { stop };
}

async function succeeds(it: Scene, args: readonly string[], revision: string): Promise<void> {
  const result = await it.run(args);
  assert.equal(result.code, 0, result.stderr);
  assert.deepEqual(versionsOf(it.database), [revision]);
}

/** @returns The file in which the restore kept what it replaced. */
async function restore(it: Scene, id: string): Promise<string> {
  for (let tries = 1; ; tries += 1) {
    const result = await it.run(['snapshot', 'restore', id, '--yes', '--json']);
    if (result.code === 0) {
      assert.deepEqual(versionsOf(it.database), ['001_base']);
      const { kept } = result.json<{ kept: string }>();
      assert.ok(snapshots(it).some((snapshot) => snapshotFile(it, snapshot.id) === kept));
      return kept;
    }
    assertFailed(result, 11, 'in the moment in which the snapshot was to be put back', 'unchanged by this run');
    assert.deepEqual(versionsOf(it.database), ['002_note']);
    assert.ok(tries < restoreTries, `no restore in ${tries} tries`);
  }
}

function writtenIn(database: string): number[] {
  return query<{ id: number }>(database, 'SELECT id FROM written ORDER BY id').map(({ id }) => id);
}

/** With more patience than SQLite's own wait for a writer that leaves gaps of milliseconds. */
function versionsOf(database: string): string[] {
  return query<{ id: string }>(database, 'SELECT version_num AS id FROM alembic_version').map(({ id }) => id);
}
