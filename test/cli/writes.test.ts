/** The verbs that write files of the project, and none of the database. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { testFolder } from '../harness/files.ts';
import { branched, project, stateOf, tableRevision, verbsIn } from '../harness/project.ts';

interface WrittenRevision {
  readonly revision: { readonly id: string; readonly path: string; readonly [key: string]: unknown };
}

const numbered = {
  '001_people.sql': tableRevision('001_people', undefined),
  '002_names.sql': tableRevision('002_names', '001_people'),
};

test('init makes a folder with a README of three lines and a config, from which one can go on', async (t) => {
  const root = testFolder(t);
  const it = verbsIn(root);
  const made = await it.json<{ created: string[] }>('init');
  const paths = ['migrations', 'migrations/README.md', 'config/drydock.yaml'].map((path) => join(root, path));
  assert.deepEqual(made.created, paths);
  assert.equal(readFileSync(join(root, 'migrations/README.md'), 'utf8').trimEnd().split('\n').length, 3);
  assert.ok(!existsSync(join(root, 'data')), 'the database is not made');
  const first = join(root, 'migrations/001_people_of_all_kinds.sql');
  assert.equal(await it.text('revision', '-m', 'People of all kinds'), `Created ${first}`);
  assert.equal(await it.text('history'), '<base> -> 001 (head), People of all kinds');
});

test('init takes a folder, a config and a database, and refuses what is there', async (t) => {
  const root = testFolder(t);
  const it = verbsIn(root);
  const text = await it.text('init', 'db/steps', '--config', 'etc/dry.yaml', '--database', 'var/app.db');
  assert.match(text, /^Created \S+db\/steps\nCreated \S+README\.md\nCreated \S+dry\.yaml\n/);
  const config = readFileSync(join(root, 'etc/dry.yaml'), 'utf8');
  assert.match(config, /^database: "\.\.\/var\/app\.db"\nmigrations: "\.\.\/db\/steps"$/m);
  const before = stateOf(root);
  const [there, full, wrong] = await Promise.all([
    it.fails(2, 'init', 'other', '--config', 'etc/dry.yaml'),
    it.fails(2, 'init', 'db'),
    it.fails(2, 'init', '--database', 'sqlite:///app.db'),
  ]);
  assert.match(there, /dry\.yaml already exists/);
  assert.match(full, /db already exists and is not empty/);
  assert.match(wrong, /--database is 'sqlite:/);
  assert.equal(stateOf(root), before);
});

test('revision writes the next file, in SQL or TypeScript, after the only head', async (t) => {
  const it = project(t, numbered);
  const { revision } = await it.json<WrittenRevision>('revision', '-m', 'E-mail of people');
  const { id, path, revises } = revision;
  assert.deepEqual(
    { id, path, revises },
    {
      id: '003',
      path: join(it.migrations, '003_e_mail_of_people.sql'),
      revises: ['002_names'],
    },
  );
  assert.equal(
    readFileSync(path, 'utf8'),
    '-- revision: 003\n-- revises: 002_names\n-- message: E-mail of people\n\n-- migrate:up\n\n-- migrate:down\n',
  );
  await it.text('revision', '-m', "the people's age", '--ts', '--rev-id', 'ages', '--branch-label', 'demography');
  assert.match(
    readFileSync(join(it.migrations, 'ages_the_people_s_age.ts'), 'utf8'),
    /export const revises = '003';\nexport const branchLabels = 'demography';\nexport const message = 'the people\\'s age';/,
  );
  const { revision: third } = await it.json<WrittenRevision>('revision', '-m', 'not numbered any more');
  assert.match(third.id, /^[0-9a-f]{12}$/);
});

test('revision makes a branch only when told to', async (t) => {
  const it = project(t, branched);
  const before = stateOf(it.root);
  const [several, taken, both, missing] = await Promise.all([
    it.fails(2, 'revision', '-m', 'x'),
    it.fails(2, 'revision', '-m', 'x', '--head', 'a1'),
    it.fails(2, 'revision', '-m', 'x', '--head', 'b1', '--sql', '--ts'),
    it.fails(2, 'revision'),
  ]);
  assert.match(several, /Multiple heads are present: b1, c2\..*--head b1.*drydock merge b1 c2/);
  assert.match(taken, /a1 is not a head revision: it is already revised by b1, c1.*--splice/);
  assert.match(both, /both given/);
  assert.match(missing, /required option '-m, --message <text>'/);
  assert.equal(stateOf(it.root), before, 'nothing was written');

  const args = ['--head', 'a1', '--splice', '--rev-id', 'd1', '--depends-on', 'right', 'b1', '--branch-label', 'third'];
  const { revision } = await it.json<WrittenRevision>('revision', '-m', 'a third way', ...args);
  const { revises, dependsOn, branchLabels } = revision;
  assert.deepEqual(
    { revises, dependsOn, branchLabels },
    {
      revises: ['a1'],
      dependsOn: ['right', 'b1'],
      branchLabels: ['third'],
    },
  );
});

test('revision never overwrites a file', async (t) => {
  const it = project(t, numbered);
  const path = join(it.migrations, '003_mine.sql');
  writeFileSync(path, tableRevision('mine', '002_names'));
  const error = await it.fails(2, 'revision', '-m', 'mine', '--rev-id', '003');
  assert.match(error, /003_mine\.sql is there already, and is not overwritten/);
  assert.equal(readFileSync(path, 'utf8'), tableRevision('mine', '002_names'));
});

test('revision takes no id or label that cannot be one, and writes no file anywhere', async (t) => {
  const it = project(t, numbered);
  const before = readdirSync(it.root, { recursive: true });
  for (const [flag, name, problem] of [
    ['--rev-id', '../../evil', "revision id '../../evil' may not contain '/'"],
    ['--rev-id', 'a b', "revision id 'a b' may not contain whitespace"],
    ['--rev-id', 'head', "revision id 'head' is reserved"],
    ['--branch-label', 'a b', "branch label 'a b' may not contain whitespace"],
  ] as const) {
    const error = await it.fails(2, 'revision', '-m', 'mine', flag, name);
    assert.ok(error.startsWith(`The ${problem}`), error);
  }
  assert.deepEqual(readdirSync(it.root, { recursive: true }), before);
});

test('merge writes a revision that joins heads, and only heads', async (t) => {
  const it = project(t, branched);
  assert.match(await it.fails(2, 'merge', 'a1', 'b1', '-m', 'x'), /a1 is not a head revision/);
  const args = ['--rev-id', 'm1', '--branch-label', 'joined'];
  const { revision } = await it.json<WrittenRevision>('merge', 'heads', ...args);
  const { id, revises, message, branchLabels } = revision;
  assert.deepEqual(
    { id, revises, message, branchLabels },
    {
      id: 'm1',
      revises: ['b1', 'c2'],
      message: 'merge b1 and c2',
      branchLabels: ['joined', 'right'],
    },
  );
  assert.match(await it.text('show', 'head'), /^Rev: m1 \(head\) \(mergepoint\)\nMerges: b1, c2\n/);
});

test('edit opens the file of a revision in VISUAL before EDITOR, and says what came of it', async (t) => {
  const it = project(t, branched);
  const append = (line: string) => `sh -c 'echo "${line}" >> "$1"' append`;
  const edit = (id: string, env: Record<string, string>, ...flags: string[]) =>
    it.run(['edit', id, ...flags], { env: { VISUAL: '', EDITOR: '', ...env } });
  const [unset, failed, left, edited] = await Promise.all([
    edit('a1', {}),
    edit('a1', { EDITOR: 'false' }),
    edit('right', { EDITOR: 'true' }),
    edit('b1', { VISUAL: append('-- seen'), EDITOR: 'false' }, '--json'),
  ]);
  assert.equal(unset.code, 2);
  assert.match(unset.error, /No editor is named: neither VISUAL nor EDITOR is set/);
  assert.equal(failed.code, 2);
  assert.match(failed.error, /The editor 'false' ended with exit code 1/);
  assert.equal(left.stdout, `Left as it was: ${join(it.migrations, 'c1.sql')}\n`);
  const revisions = [{ id: 'b1', path: join(it.migrations, 'b1.sql'), changed: true }];
  assert.deepEqual([edited.code, edited.json()], [0, { command: 'edit', ok: true, revisions }]);
  assert.match(readFileSync(join(it.migrations, 'b1.sql'), 'utf8'), /-- seen\n$/);

  const broken = await edit('b1', { EDITOR: append('VACUUM;') });
  assert.equal(broken.code, 2);
  assert.match(broken.error, /b1\.sql:\d+: VACUUM/);
});
