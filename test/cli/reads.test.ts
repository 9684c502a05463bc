/** The verbs that only read: what they print, and that they leave nothing behind. */

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { commandsIn } from '../harness/advice.ts';
import { commandPath } from '../harness/command.ts';
import { testFolder } from '../harness/files.ts';
import { alembicAt, branched, type Project, project, stateOf, tableRevision } from '../harness/project.ts';
import { noDatabaseAt, nothingPending } from '../harness/sentences.ts';

interface Shown {
  readonly id: string;
  readonly [key: string]: unknown;
}

/** Runs each command line, which must print this, and asserts that no file is different after. */
async function printsEach(it: Project, cases: readonly (readonly [args: string, prints: string | RegExp])[]) {
  const before = stateOf(it.root);
  const texts = await Promise.all(cases.map(([args]) => it.text(...args.split(' '))));
  for (const [index, [args, prints]] of cases.entries()) {
    if (typeof prints === 'string') assert.equal(texts[index], prints, args);
    else assert.match(texts[index] ?? '', prints, args);
  }
  assert.equal(stateOf(it.root), before, 'nothing was written');
}

test('current shows a line for each branch, as Alembic does, and tells whether all heads are applied', async (t) => {
  const it = project(t, branched, alembicAt('c2'));
  await printsEach(it, [
    ['current', 'b1 (effective head)\nc2 (head)'],
    [
      'current -v',
      /^Current revision\(s\) for \S+app\.db:\nRev: b1 \(head\)\nParent: a1\n[\s\S]*Also depends on: b1\nBranch names: right\n/,
    ],
  ]);
  assert.deepEqual(await it.json('current', '--check-heads'), {
    command: 'current',
    ok: true,
    database: it.database,
    current: ['c2'],
    heads: ['b1', 'c2'],
    atHeads: true,
    missingHeads: [],
    unknown: [],
  });
});

test('current --check-heads is 3 where a head is not applied, and 4 where the database is newer', async (t) => {
  const behind = project(t, branched, alembicAt('b1', 'c1'));
  const ahead = project(t, branched, alembicAt('c2', 'z9'));
  const [text, json, unasked, newer] = await Promise.all([
    behind.run(['current', '--check-heads']),
    behind.run(['current', '-c', '--json']),
    behind.run(['current']),
    ahead.run(['current', '--check-heads']),
  ]);
  const verdict = 'The database is not on all head revisions: c2 is not applied. Run `drydock upgrade`.';
  assert.deepEqual([text.code, text.stdout], [3, `b1 (effective head)\nc1\n${verdict}\n`]);
  const { ok, missingHeads } = json.json<{ ok: boolean; missingHeads: string[] }>();
  assert.deepEqual([json.code, ok, missingHeads], [3, false, ['c2']]);
  assert.equal(unasked.code, 0, 'only when asked');
  assert.equal(newer.code, 4);
  assert.match(newer.stdout, /^z9 \(no revision file has it\)\n.*newer than these files/m);
});

test("history lists newest first, in Alembic's words, and marks what is current on demand", async (t) => {
  const it = project(t, branched, alembicAt('b1', 'c1'));
  const lines = [
    'c1 (b1) -> c2 (right) (head), further right',
    'a1 -> c1 (right), to the right',
    'a1 -> b1 (effective head), to the left',
    '<base> -> a1 (branchpoint), the beginning',
  ];
  await printsEach(it, [
    ['history', lines.join('\n')],
    ['history -i', /^a1 -> c1 \(right\) \(current\), to the right\na1 -> b1 \(effective head\) \(current\), /m],
    ['history -r -1:c2', lines.slice(0, 2).join('\n')],
    ['history --rev-range right@c1: -v', /^Rev: c2 \(head\)\nParent: c1\nAlso depends on: b1\n[\s\S]*\n\nRev: c1\n/],
  ]);
  const behind = project(t, branched, alembicAt());
  await printsEach(behind, [
    ['history -r :current', 'No revision is in the range :current'],
    ['history -r base:current', 'No revision is in the range base:current'],
  ]);
  const { revisions, runs } = await it.json<{ revisions: Shown[]; runs: unknown[] }>('history', '-r', 'current:');
  const shown = revisions.map(({ id, applied, current }) => `${id} ${applied} ${current}`);
  assert.deepEqual(shown, ['c2 false false', 'c1 true true', 'b1 true true']);
  const keys = ['applied', 'branchLabels', 'current', 'dependsOn', 'head', 'id', 'message', 'path', 'revises'];
  assert.deepEqual([runs, Object.keys(revisions[0] ?? {}).sort()], [[], keys]);
});

test('show says all of a revision, of what is current, and of the heads', async (t) => {
  const it = project(t, branched, alembicAt('b1'));
  await printsEach(it, [
    [
      'show a1',
      /^Rev: a1 \(branchpoint\)\nParent: <base>\nBranches into: b1, c1\nPath: \S+a1\.sql\nChecksum: [0-9a-f]{64}\n\n {4}the beginning$/,
    ],
    ['show current', /^Rev: b1 \(head\) \(current\)\n/],
    ['show heads', /^Rev: c2 \(head\)\n/],
  ]);
  const [entry] = (await it.json<{ revisions: Shown[] }>('show', 'right@head')).revisions;
  const { id, dependsOn, branchLabels, children, head } = entry ?? { id: '' };
  assert.deepEqual(
    { id, dependsOn, branchLabels, children, head },
    {
      id: 'c2',
      dependsOn: ['b1'],
      branchLabels: ['right'],
      children: [],
      head: true,
    },
  );
});

test('heads and branches show the shape of the graph', async (t) => {
  const it = project(t, branched);
  await printsEach(it, [
    ['heads', 'b1 (effective head)\nc2 (right) (head)'],
    ['heads --resolve-dependencies -v', /^Rev: c2 \(head\)\nParent: c1\n/],
    ['branches', 'a1 (branchpoint)\n   -> b1 (effective head)\n   -> c1 (right)'],
    ['branches -v', /^Rev: a1 \(branchpoint\)\n[\s\S]*\n {3}-> c1 \(right\), to the right$/],
  ]);
  const [heads, branches] = await Promise.all([
    it.json<{ revisions: Shown[] }>('heads'),
    it.json<{ branchPoints: Shown[] }>('branches'),
  ]);
  assert.deepEqual(heads.revisions.map(({ id }) => id).join(), 'b1,c2');
  assert.deepEqual(branches.branchPoints.map(({ id, children }) => `${id} ${children}`).join(), 'a1 b1,c1');
});

test('without a database the files can still be listed, and no verb makes one', async (t) => {
  const it = project(t, branched);
  const { revisions } = await it.json<{ revisions: Shown[] }>('history');
  assert.deepEqual([revisions.length, revisions[0]?.['applied']], [4, null]);
  const errors = await Promise.all([it.fails(2, 'current'), it.fails(2, 'history', '-i'), it.fails(2, 'show', '-1')]);
  for (const error of errors) assert.match(error, noDatabaseAt);
  assert.ok(!existsSync(it.database));
});

test('the commands that are proposed for a missing database can be pasted as they are', async (t) => {
  const it = project(t, branched);
  const database = join(it.root, "my data's place", 'the app.db');
  for (const proposed of [/^mkdir -p .* && touch /, /^touch /]) {
    const error = await it.fails(2, 'current', '--database', database);
    const [command = ''] = commandsIn(error);
    assert.match(command, proposed);
    assert.equal(spawnSync('sh', ['-ec', command]).status, 0, error);
    assert.ok(existsSync(database), error);
    rmSync(database);
  }
});

test('of a database that is lost its snapshots are named, and not a first install', async (t) => {
  const it = project(t, { 'a1.sql': tableRevision('a1', undefined) }, '');
  assert.match(await it.fails(2, 'current', '--database', join(it.root, 'none.db')), /first install .*: `touch /);
  await it.text('upgrade');
  await it.text('snapshot', 'create');
  rmSync(it.database);
  for (const verb of ['current', 'upgrade']) {
    const error = await it.fails(2, verb);
    assert.deepEqual(commandsIn(error), ['drydock snapshot list', 'drydock snapshot restore latest']);
    assert.doesNotMatch(error, /touch/);
  }
  await it.text('snapshot', 'restore', 'latest');
  assert.match(await it.text('current'), /^a1 /);
});

test('no revision body is run to answer a question about the graph', async (t) => {
  const it = project(t, branched, alembicAt('c2'));
  const marker = join(it.root, 'was-run');
  const lines = [
    "import { writeFileSync } from 'node:fs';",
    `writeFileSync(${JSON.stringify(marker)}, '');`,
    "export const revision = 'd1';",
    "export const revises = ['b1', 'c2'];",
    "export const branchLabels = 'joined';",
    'export function upgrade() {}',
    'export function downgrade() {}',
  ];
  writeFileSync(join(it.migrations, 'd1.ts'), lines.join('\n'));
  await printsEach(it, [
    ['current', 'b1\nc2'],
    ['history -i -r joined:', 'b1, c2 -> d1 (joined, right) (head) (mergepoint), d1'],
    ['show joined', /^Rev: d1 \(head\) \(mergepoint\)\nMerges: b1, c2\n/],
    ['heads', 'd1 (joined, right) (head)'],
  ]);
  assert.ok(!existsSync(marker));
});

test('files may be renamed: the graph and its order are the same', async (t) => {
  const it = project(t, branched, alembicAt('b1'));
  const before = await it.text('history');
  const names = [
    ['a1', 'z'],
    ['c2', '0'],
    ['b1', 'M'],
  ] as const;
  for (const [from, to] of names) renameSync(join(it.migrations, `${from}.sql`), join(it.migrations, `${to}.sql`));
  assert.equal(await it.text('history'), before);
});

test('mistakes on the command line and in the graph are one sentence each, with exit code 2', async (t) => {
  const it = project(t, branched);
  const twoLabels = project(t, {
    'a1.sql': tableRevision('a1', undefined, '-- branch-labels: m'),
    'b1.sql': tableRevision('b1', undefined, '-- branch-labels: m'),
  });
  const noSuch = project(t, { 'a1.sql': tableRevision('a1', undefined, '-- depends-on: x9') });
  const errors = await Promise.all([
    it.fails(2, 'history', '-r', 'b1'),
    it.fails(2, 'show', 'nowhere@head'),
    it.fails(2, 'show', 'base'),
    noSuch.fails(2, 'heads'),
    twoLabels.fails(2, 'current'),
  ]);
  assert.match(errors[0], /'b1' is not a range/);
  assert.match(errors[1], /No such branch: 'nowhere'/);
  assert.match(errors[2], /'base' names no revision/);
  assert.match(errors[3], /a1\.sql depends on 'x9', but no file has that revision or branch label/);
  assert.match(errors[4], /Branch label 'm' in revision 'b1' .* already used by revision 'a1'/);
});

test('in a directory that was removed every verb says that it is gone', (t) => {
  const script = 'cd "$1" && rmdir "$1" && exec "$2" "$3" "$4"';
  for (const verb of ['current', 'upgrade', 'init']) {
    const gone = join(testFolder(t), 'gone');
    mkdirSync(gone);
    const args = ['-c', script, 'sh', gone, process.execPath, commandPath, verb];
    const { status, stderr } = spawnSync('sh', args, { encoding: 'utf8' });
    assert.deepEqual([status, stderr], [2, 'drydock: The current directory is gone. Change into one that exists.\n']);
  }
});

test('no question about 200 revisions runs one of them', async (t) => {
  const ids = Array.from({ length: 200 }, (_, index) => `r${String(index).padStart(3, '0')}`);
  const files = ids.map((id, index) => [
    `${id}.ts`,
    `export const revision = '${id}'; export const revises = ${JSON.stringify(ids[index - 1] ?? null)};
     export function upgrade(op) {} export function downgrade(op) {} throw new Error('${id} was run');`,
  ]);
  const it = project(t, Object.fromEntries(files), alembicAt('r199'));
  assert.equal(await it.text('current'), 'r199 (head)');
  assert.equal((await it.text('history')).split('\n').length, 200);
  assert.equal(await it.text('heads'), 'r199 (head)');
  assert.match(await it.text('show', 'r100'), /^Rev: r100/);
  assert.match(await it.text('upgrade'), nothingPending);
});
