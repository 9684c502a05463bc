/** A folder in which no revision is found is not a database at which nothing is pending. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startDrydock } from '../harness/drydock.ts';
import { itemsAt001, itemsRevisions, place } from '../harness/place.ts';
import { assertRefusal, assertSilentRefusal, folderState } from '../harness/refusal.ts';

const runsAndJudges: readonly (readonly string[])[] = [
  ['upgrade'],
  ['upgrade', 'base'],
  ['upgrade', '--rehearse'],
  ['upgrade', '--sql'],
  ['downgrade', 'base', '--yes'],
  ['stamp', 'base'],
  ['plan'],
  ['rehearse'],
  ['check'],
  ['lint'],
];

test('honest exit: with no revision in the folder, what runs and judges ends with 2 and touches nothing', async (t) => {
  const here = place(t, { revisions: {} });
  const before = folderState(here.root);
  for (const verb of runsAndJudges) {
    const refused = await here.run(verb);
    assertSilentRefusal(
      refused,
      2,
      new RegExp(`No revisions found in ${here.migrations}: it is empty`),
      /--migrations/,
    );
  }
  const found = await here.run(['doctor', '--json']);
  assert.equal(found.code, 2, found.stderr);
  assert.match(found.stdout, /No revisions found in .*it is empty/);
  assert.equal(folderState(here.root), before);
});

test('honest exit: whoever means a folder without revisions says so, and readers answer as before', async (t) => {
  const here = place(t, { revisions: {}, sql: 'CREATE TABLE t (x);' });
  for (const verb of [...runsAndJudges.filter(([name]) => name !== 'check'), ['doctor']]) {
    const allowed = await here.run([...verb, '--allow-no-revisions']);
    assert.equal(allowed.code, 0, `${verb.join(' ')}: ${allowed.stderr}`);
  }
  for (const verb of [
    ['current'],
    ['history'],
    ['heads'],
    ['branches'],
    ['verify'],
    ['stats'],
    ['snapshot', 'create'],
    ['ensure-version'],
  ]) {
    const read = await here.run(verb);
    assert.equal(read.code, 0, `${verb.join(' ')}: ${read.stderr}`);
  }
  assertRefusal(await here.run(['current', '--allow-no-revisions']), 2, /unknown option/);
});

test('honest exit: what only reads the database, or its snapshots, needs no folder of revisions', async (t) => {
  const here = place(t, { sql: itemsAt001 });
  rmSync(here.migrations, { recursive: true });
  const answers = [
    ['current'],
    ['verify'],
    ['stats'],
    ['ensure-version'],
    ['snapshot', 'create'],
    ['snapshot', 'list'],
    ['snapshot', 'verify', 'latest'],
    ['snapshot', 'restore', 'latest', '--yes'],
    ['snapshot', 'prune'],
  ];
  for (const verb of answers) {
    const answer = await here.run([...verb, '--json']);
    assert.equal(answer.code, 0, `${verb.join(' ')}: ${answer.stderr}`);
    const { current = ['001_items'], atHeads = false } = answer.json<{ current?: string[]; atHeads?: boolean }>();
    assert.deepEqual([current, atHeads], [['001_items'], false], verb.join(' '));
  }
  const verified = await here.run(['verify']);
  assert.match(verified.stdout, /is sound.*\nIt was not compared with revision files: .*migrations does not exist\n$/);
  assertSilentRefusal(await here.run(['current', '--check-heads']), 2, /migrations, does not exist/);
});

test('honest exit: the daemon is not ready if there is no revision, and says so', async (t) => {
  const here = place(t, { revisions: itemsRevisions });
  assert.equal((await here.run(['upgrade'])).code, 0);
  for (const name of Object.keys(itemsRevisions)) rmSync(join(here.migrations, name));
  const daemon = startDrydock(['daemon', '--address', '127.0.0.1:0'], { cwd: here.root });
  const line = await daemon.logged(({ url }) => url !== undefined);
  const status = (await (await fetch(`${String(line['url'])}/status.json`)).json()) as {
    ready: boolean;
    problems: string[];
  };
  daemon.process.kill('SIGTERM');
  await daemon.finished;
  assert.equal(status.ready, false);
  assert.match(status.problems.join(), /No revisions found/);
});
