/** The way back stays: which snapshot is the newest, what retention may take, and what to do where somebody took it. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { drydock, startDrydock } from '../harness/drydock.ts';
import { dumpWithVersion } from '../harness/dump.ts';
import { sqlRevision } from '../harness/files.ts';
import { killAt } from '../harness/kill.ts';
import { itemsRevisions, listed, place } from '../harness/place.ts';
import { assertRefusal } from '../harness/refusal.ts';
import { upgraded } from '../run/cases-kill-restore.ts';
import { done, threeMore } from './helpers-way-back-kept.ts';

test('a proven way back: a snapshot from a clock that was ahead is not the latest for ever', async (t) => {
  const here = place(t, { revisions: threeMore });
  await done(here, 'upgrade', '002_stock');
  const [first] = await listed(here);
  assert.ok(first !== undefined);
  const ahead = first.id.replace(/^..../, '2046');
  for (const kind of ['db', 'json'])
    renameSync(join(here.snapshots, `${first.id}.${kind}`), join(here.snapshots, `${ahead}.${kind}`));
  const manifest = join(here.snapshots, `${ahead}.json`);
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replaceAll(first.id, ahead));
  const before = dumpWithVersion(here.database);
  await done(here, 'upgrade', '003');
  await done(here, 'snapshot', 'restore', 'latest', '--yes');
  assert.equal(dumpWithVersion(here.database), before);
});

test('a proven way back: a maintenance that fails at each start does not fill the disk with snapshots', async (t) => {
  const revisions = {
    ...itemsRevisions,
    '003.sql': sqlRevision('003', '002_stock', 'PRAGMA journal_mode = DELETE;', '', '-- transaction: false'),
  };
  const here = place(t, { mode: 'wal', revisions, config: 'snapshots: { keep: 2 }\nbusy_timeout: 200ms\n' });
  const application = new Database(here.database);
  t.after(() => application.close());
  for (let start = 1; start <= 4; start += 1) {
    application.prepare('UPDATE items SET price = ? WHERE id = 1').run(start);
    assertRefusal(await here.run(['upgrade']), 20, /Revision 003.*could not be run/);
  }
  assert.equal((await listed(here)).length, 2);
});

test('a proven way back: a copy that could not be proven takes up no room', async (t) => {
  const wrong = 'statistics: [{ name: x, sql: SELECT count(* FROM items }]\n';
  const here = place(t, { config: wrong });
  for (const args of [['upgrade'], ['snapshot', 'create']]) {
    assertRefusal(await here.run(args), 2, /syntax error/);
    assert.deepEqual(readdirSync(here.snapshots), [], args.join(' '));
  }
  const fine = place(t);
  const running = startDrydock(['upgrade'], { cwd: fine.root, pauseAt: 'inspector:measure' });
  t.after(() => running.process.kill('SIGKILL'));
  await running.reached();
  running.process.kill('SIGTERM');
  assertRefusal(await running.finished, 23, /SIGTERM/, /unchanged/);
  assert.deepEqual(readdirSync(fine.snapshots), []);
});

test('a proven way back: an interrupted restore is finished though what it replaced is not kept any more', async (t) => {
  const story = await upgraded(t, 'delete');
  await killAt(story.restore, 'engine:replaced', 'both');
  const { restoring } = JSON.parse(readFileSync(`${story.database}.drydock/run.json`, 'utf8')) as {
    restoring: { kept: string };
  };
  rmSync(`${story.database}.snapshots/${restoring.kept}.db`);
  const ended = await drydock(['snapshot', 'prune', '--database', story.database]);
  assert.equal(ended.code, 0, ended.stderr);
  assert.equal(dumpWithVersion(story.database), story.old);
});

test('honest exit: a restore whose snapshot was taken away meanwhile needs a person, who restores another one', async (t) => {
  const story = await upgraded(t, 'delete');
  const other = await drydock(['snapshot', 'create', '--json', '--database', story.database]);
  await killAt(story.restore, 'engine:before-replace', 'both');
  const { restoring } = JSON.parse(readFileSync(`${story.database}.drydock/run.json`, 'utf8')) as {
    restoring: { source: string };
  };
  rmSync(`${story.database}.snapshots/${restoring.source}.db`);
  for (const verb of [
    ['snapshot', 'prune'],
    ['doctor', '--migrations', story.migrations],
  ]) {
    const refused = await drydock([...verb, '--database', story.database]);
    assert.equal(refused.code, 30, refused.stderr + refused.stdout);
    assert.match(`${refused.error}${refused.stdout}`, new RegExp(`${restoring.source}.* is not in .* any more`));
  }
  const { snapshot } = other.json<{ snapshot: { id: string } }>();
  const restored = await drydock(['snapshot', 'restore', snapshot.id, '--yes', '--database', story.database]);
  assert.equal(restored.code, 0, restored.stderr);
  assert.equal(dumpWithVersion(story.database), story.new);
});
