/** A proven way back: a file that was emptied, or exchanged, is not taken for the database that was there, nor for a new one. */

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { createDatabase, sqlRevision } from '../harness/files.ts';
import { assertFailed, execute, scene } from '../harness/scene.ts';
import { emptiedTests, empty, files, grown, ids, next, without } from './cases-emptied.ts';

emptiedTests('rest');

test('a proven way back: records alone, or snapshots alone, tell that a file was emptied', async (t) => {
  const it = await grown(t);
  empty['cut to nothing']?.(it);
  const kept = join(it.folder, 'kept');
  for (const folder of ['drydock', 'snapshots']) {
    const beside = `${it.database}.${folder}`;
    rmSync(kept, { recursive: true, force: true });
    assert.ok(existsSync(beside));
    renameSync(beside, kept);
    assertFailed(
      await it.run(['upgrade']),
      4,
      'is empty, and was not',
      folder === 'snapshots' ? 'No snapshot of it has rows' : 'snapshot restore',
    );
    rmSync(beside, { recursive: true, force: true });
    renameSync(kept, beside);
  }
});

test('a proven way back: a snapshot that somebody asked for tells of a database that no run was about', async (t) => {
  const it = scene(t, { mode: 'delete', files });
  assert.equal((await it.run(['snapshot', 'create'])).code, 0);
  empty['cut to nothing']?.(it);
  assertFailed(await it.run(['upgrade']), 4, '2,200 rows, at 001_base');
});

test('a proven way back: what an earlier version wrote tells the same', async (t) => {
  const it = await grown(t);
  const strip = (folder: string, keys: readonly string[]) => {
    for (const name of readdirSync(folder).filter((each) => each.endsWith('.json'))) {
      const text = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, unknown>;
      for (const key of keys) delete text[key];
      if (text['snapshot'] !== undefined && text['snapshot'] !== null)
        for (const key of keys) delete (text['snapshot'] as Record<string, unknown>)[key];
      writeFileSync(join(folder, name), JSON.stringify(text));
    }
  };
  strip(`${it.database}.snapshots`, ['lastRun', 'rows']);
  strip(`${it.database}.drydock/runs`, ['left', 'lastRun', 'rows']);
  const copy = readFileSync(it.database);
  empty['cut to nothing']?.(it);
  assertFailed(await it.run(['upgrade']), 4, 'run ', '2,200 rows, at 002_more');
  rmSync(`${it.database}.drydock`, { recursive: true });
  assertFailed(await it.run(['upgrade']), 4, 'snapshot ', 'had rows, at 001_base');
  writeFileSync(it.database, copy);
  it.revision(...next(3));
  const result = await it.run(['upgrade']);
  assert.equal(result.code, 0);
  assert.doesNotMatch(result.stderr, /knows none|does not know/);
});

test('a proven way back: refusals do not push out what they go by', async (t) => {
  const it = await grown(t);
  rmSync(`${it.database}.snapshots`, { recursive: true });
  empty['cut to nothing']?.(it);
  assert.equal((await it.run(['upgrade'])).code, 4);
  const runs = `${it.database}.drydock/runs`;
  const refusal = readdirSync(runs).sort().at(-1) ?? '';
  const text = readFileSync(join(runs, refusal), 'utf8');
  for (let n = 0; n < 120; n += 1) {
    const id = String(n).padStart(8, '0');
    writeFileSync(join(runs, `20991231T000000${String(n).padStart(3, '0')}Z-${id}.json`), text);
  }
  assert.equal((await it.run(['upgrade'])).code, 4);
  assert.ok(readdirSync(runs).length <= 101);
  assert.equal((await it.run(['upgrade'])).code, 4);
});

test('a proven way back: another database in its place goes on with a warning, and the last data stay', async (t) => {
  const it = await grown(t, 'delete', 'snapshots: { keep: 2 }\n');
  const [first] = ids(it);
  without(it);
  createDatabase(
    it.database,
    'delete',
    "CREATE TABLE child (id); INSERT INTO child VALUES (1); CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)); INSERT INTO alembic_version VALUES ('001_base');",
  );
  const result = await it.run(['upgrade']);
  assert.equal(result.code, 0, result.stderr);
  assert.match(result.stderr, /another database was put in its place/);
  for (const n of [3, 4, 5]) {
    it.revision(...next(n));
    const later = await it.run(['upgrade']);
    assert.equal(later.code, 0);
    assert.doesNotMatch(later.stderr, /another database/);
  }
  const left = ids(it);
  assert.equal(left.length, 3, 'two, and the last of the life before');
  assert.equal(left[0], first);
  const manifest = join(`${it.database}.snapshots`, `${first}.json`);
  const text = JSON.parse(readFileSync(manifest, 'utf8')) as object;
  writeFileSync(manifest, JSON.stringify({ ...text, createdAt: new Date(Date.now() - 31 * 86_400_000).toISOString() }));
  assert.equal((await it.run(['snapshot', 'prune'])).code, 0);
  assert.equal(ids(it).length, 2, 'after 30 days it goes');
});

test('a proven way back: a restore of an older snapshot is no older copy', async (t) => {
  const it = await grown(t);
  it.revision(...next(3));
  assert.equal((await it.run(['upgrade'])).code, 0);
  it.revision(...next(4));
  assert.equal((await it.run(['upgrade'])).code, 0);
  const [first, second] = ids(it);
  for (const id of [second, first]) {
    assert.equal((await it.run(['snapshot', 'restore', String(id), '--yes'])).code, 0);
    const result = await it.run(['upgrade']);
    assert.equal(result.code, 0);
    assert.doesNotMatch(result.stderr, /knows none|does not know/);
  }
});

test('a proven way back: a restore of an empty snapshot was meant', async (t) => {
  const it = scene(t, {
    mode: 'delete',
    files: { '001_t.sql': sqlRevision('001_t', undefined, 'CREATE TABLE t (n); INSERT INTO t VALUES (1);') },
    sql: '',
  });
  assert.equal((await it.run(['upgrade'])).code, 0);
  const [blank] = ids(it);
  assert.equal((await it.run(['snapshot', 'restore', String(blank), '--yes'])).code, 0);
  assert.equal((await it.run(['upgrade'])).code, 0);
});

test('a proven way back: a run that was killed between its commit and its record is known', async (t) => {
  const it = await grown(t);
  it.revision(...next(3));
  const run = it.start(['upgrade'], { pauseAt: 'phase:unlock' });
  await run.reached();
  run.process.kill('SIGKILL');
  await run.finished;
  it.revision(...next(4));
  const result = await it.run(['upgrade']);
  assert.equal(result.code, 0, result.stderr);
  assert.doesNotMatch(result.stderr, /knows none|does not know/);
});

test('a proven way back: the latest snapshot is not one of nothing', async (t) => {
  const it = await grown(t);
  const [first] = ids(it);
  execute(it.database, 'DELETE FROM child; DELETE FROM parent;');
  it.revision(...next(3));
  assert.equal((await it.run(['upgrade'])).code, 0);
  const [, blank] = ids(it);
  for (const verb of ['restore', 'verify']) {
    assertFailed(await it.run(['snapshot', verb, 'latest']), 2, String(first), String(blank));
  }
  assert.equal((await it.run(['snapshot', 'verify', String(blank)])).code, 0);
});

test('honest exit: an emptied file is not at its target, though nothing is pending', async (t) => {
  const it = await grown(t);
  truncateSync(it.database, 0);
  for (const args of [
    ['upgrade', 'base'],
    ['downgrade', 'base'],
    ['rehearse', 'base'],
  ]) {
    assertFailed(await it.run(args), 4, 'is empty, and was not');
  }
});

test('a proven way back: rows of a table that the config ignores are rows that an emptied file has lost', async (t) => {
  const it = scene(t, { mode: 'delete', files, config: 'ignore_tables: [parent, child]\nsnapshots:\n  keep: 1\n' });
  assert.equal((await it.run(['upgrade'])).code, 0);
  empty['cut to nothing']?.(it);
  assertFailed(await it.run(['upgrade']), 4, 'is empty, and was not', '2,200 rows');
  const [kept = ''] = ids(it);
  assert.equal((await it.run(['snapshot', 'restore', kept, '--yes'])).code, 0);
  assert.equal((await it.run(['upgrade'])).code, 0);
});
