/** Names that a terminal would act on, wherever a user's own may stand: nothing of them reaches a terminal as it is. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { sqlRevision } from '../harness/files.ts';
import { place } from '../harness/place.ts';
import { assertSafe, config, database, module, nasty, oneLine, quoted, revisions } from './helpers-terminal-escapes.ts';

test('honest exit: what fails is told in one line, whatever it is called', async (t) => {
  const config = `statistics:\n  - { name: ${JSON.stringify(nasty)}, sql: ${JSON.stringify(`SELECT * FROM ${quoted}2`)} }\n`;
  const failing = [
    { revisions: { ...revisions, '004.sql': sqlRevision('004', '003', `SELECT * FROM "nowhere${nasty}";`) } },
    { revisions: { ...revisions, '004.sql': sqlRevision('004', '003', `DROP TABLE ${quoted};`) } },
    { revisions: { ...revisions, '004.ts': module('004', '003', `throw new Error(${JSON.stringify(nasty)});`) } },
    {
      revisions: {
        ...revisions,
        '004.ts': module(
          '004',
          '003',
          `console.log(${JSON.stringify(nasty)}); op.dropColumn('nowhere', ${JSON.stringify(nasty)});`,
        ),
      },
    },
    { revisions: { ...revisions, [`004${oneLine}.sql`]: 'nothing that is known' } },
    { revisions, config },
    { revisions, config: `database: ${JSON.stringify(nasty)}\n${JSON.stringify(nasty)}: 1\n` },
    { revisions, sql: `${database} UPDATE alembic_version SET version_num = '${nasty}';` },
    { revisions, sql: `CREATE VIEW alembic_version AS SELECT ${quoted.replaceAll('"', "'")} AS version_num;` },
  ];
  for (const options of failing) {
    const here = place(t, { sql: database, ...options });
    for (const args of [['upgrade', '--debug'], ['plan'], ['doctor']]) {
      const ended = await here.run(args);
      assertSafe(ended, `${args.join(' ')} of ${JSON.stringify(options)}`);
      const own = ended.stderr.split('\n').filter((line) => line !== '' && !/^(\{| {2})/.test(line));
      assert.ok(own.length <= 1, ended.stderr);
    }
  }
});

test('honest exit: what other programs left beside the database is shown, not obeyed', async (t) => {
  const here = place(t, { sql: database, revisions: { '001.sql': revisions['001.sql'] } });
  assert.equal((await here.run(['snapshot', 'create'])).code, 0);
  const work = `${here.database}.drydock`;
  writeFileSync(
    join(work, 'owner.json'),
    JSON.stringify({ ...JSON.parse(readFileSync(join(work, 'owner.json'), 'utf8')), hostname: nasty, command: nasty }),
  );
  mkdirSync(`${here.database}.lock`);
  writeFileSync(join(here.snapshots, `${oneLine}.db`), nasty);
  writeFileSync(join(here.snapshots, `${oneLine}.json`), nasty);
  writeFileSync(join(work, 'run.json'), nasty);
  for (const args of [
    ['doctor'],
    ['snapshot', 'list'],
    ['unlock'],
    ['upgrade', '--lock-timeout', '0s'],
    ['report', '--list'],
  ])
    assertSafe(await here.run(args), args.join(' '));
});

test('honest exit: the folders may be called anything', async (t) => {
  const here = place(t, { sql: database, revisions, config });
  const root = join(here.root, `root${nasty}`);
  mkdirSync(root);
  for (const name of ['data', 'config', 'migrations']) renameSync(join(here.root, name), join(root, name));
  for (const args of [
    ['doctor'],
    ['plan'],
    ['upgrade'],
    ['upgrade'],
    ['verify'],
    ['show', 'head'],
    ['snapshot', 'list'],
    ['snapshot', 'create'],
    ['revision', '-m', nasty],
    ['lint'],
    ['check'],
    ['stats', '--migrations', 'elsewhere'],
  ]) {
    const ended = await here.run(args, { cwd: root });
    assertSafe(ended, args.join(' '));
  }
});

test('honest exit: a very long name leaves the sentence, and what to do, to be read', async (t) => {
  const long = 'x'.repeat(100_000);
  const many = Array.from({ length: 50 }, (_, n) => `CREATE TABLE t${n} (id);`).join('');
  const here = place(t, {
    sql: `${many} CREATE TABLE "${long}" (id); CREATE TABLE alembic_version (version_num TEXT); INSERT INTO alembic_version VALUES ('001');`,
    revisions: {
      '001.sql': sqlRevision('001', undefined, 'SELECT 1;'),
      '002.sql': sqlRevision('002', '001', 'CREATE TABLE later (id);'),
    },
  });
  const { code, stdout } = await here.run(['upgrade']);
  assert.equal(code, 0);
  assert.ok(stdout.length < 50_000, `${stdout.length} characters`);
  const { error, code: refused } = await here.run(['show', long]);
  assert.equal(refused, 2);
  assert.ok(error.length < 10_000 && /…/.test(error), error.slice(0, 200));
  const { rows } = (await here.run(['verify', '--json'])).json<{ rows: Record<string, number> }>();
  assert.equal(rows[long], 0);
});
