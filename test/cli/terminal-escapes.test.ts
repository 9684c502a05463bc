/** Names that a terminal would act on, wherever a user's own may stand: nothing of them reaches a terminal as it is. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Result } from '../harness/drydock.ts';
import { sqlRevision } from '../harness/files.ts';
import { place } from '../harness/place.ts';
import { inTerminal } from '../harness/terminal.ts';

const forged = 'drydock: All is well.';
/** Of one line, as the header of a SQL file is. */
const oneLine = '\u001b[2J\u0007\u007f\u009b31m\u202eevil\u2066\u200f\u061c\u2028\u2029';
const nasty = `${oneLine}\n${forged}\n\t`;
const ordinary = 'naïve 表 👩‍👩‍👧 e\u0301';
const quoted = `"${nasty}${ordinary}"`;

const acts = /(?!\r?\n|\t)[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

function assertSafe({ stdout, stderr }: Pick<Result, 'stdout' | 'stderr'>, what: string): void {
  for (const text of [stdout, stderr]) {
    const found = acts.exec(text);
    const around = found === null ? null : text.slice(Math.max(0, found.index - 60), found.index + 20);
    assert.equal(around, null, what);
    // A report has the statements as they stand in their files.
    if (!what.startsWith('report')) assert.doesNotMatch(text, /^drydock: All is well/m, what);
  }
}

const module = (id: string, revises: string, up: string) => `export const revision = '${id}';
export const revises = '${revises}';
export const message = '${oneLine.replace(/[\u2028\u2029]/g, '')}\\n${forged}';
export function upgrade(op) { ${up} }
export function downgrade(op) {}
`;

const database = `
  CREATE TABLE alembic_version (version_num TEXT NOT NULL); INSERT INTO alembic_version VALUES ('001');
  CREATE TABLE ${quoted} (id INTEGER PRIMARY KEY, ${quoted} TEXT);
  INSERT INTO ${quoted} VALUES (1, 'x'), (2, 'y');`;
/** What no revision makes: a carriage return may not stand in a file. */
const drifted = `${database} CREATE TABLE "\r${forged}\r\n${forged}" (id);`;

const revisions = {
  '001.sql': sqlRevision('001', undefined, database.split('\n').slice(2).join('\n')),
  [`002${oneLine}.sql`]: sqlRevision(
    '002',
    '001',
    `CREATE TABLE ${quoted.replace('evil', 'second')} (id INTEGER);\nCREATE TRIGGER ${quoted.replace('evil', 't')} AFTER INSERT ON alembic_version BEGIN SELECT 1; END;`,
    `DROP TABLE ${quoted.replace('evil', 'second')};`,
    `-- message: ${oneLine}`,
  ),
  '003.ts': module(
    '003',
    '002',
    `op.execute(${JSON.stringify(`ALTER TABLE ${quoted} ADD COLUMN ${quoted.replace('evil', 'added')} TEXT`)});`,
  ),
};
const config = `statistics:
  - name: ${JSON.stringify(nasty)}
    sql: ${JSON.stringify(`SELECT '${nasty}'`)}
`;

test('honest exit: names that a terminal acts on are shown by every verb, and are whole in its JSON', async (t) => {
  const here = place(t, { sql: drifted, revisions, config });
  const verbs: readonly (readonly string[])[] = [
    ['verify'],
    ['stats'],
    ['check'],
    ['lint'],
    ['plan'],
    ['rehearse'],
    ['doctor'],
    ['upgrade'],
    ['history'],
    ['history', '--verbose'],
    ['current', '--verbose'],
    ['show', '002'],
    ['heads', '--verbose'],
    ['branches'],
    ['report', '--list'],
    ['report', '--markdown'],
    ['report'],
    ['snapshot', 'create'],
    ['snapshot', 'list'],
    ['downgrade', '001'],
    ['plan', '--down', '001'],
    ['show', nasty],
    ['upgrade', nasty],
    ['snapshot', 'restore', nasty],
    ['stats', `--${nasty}`],
    [nasty],
    ['stats', '--config', nasty],
    ['stats', '--database', nasty],
    ['report', nasty],
    ['upgrade', '-x', `=${nasty}`],
    ['upgrade', '--debug', '--database', nasty],
    ['stats', '--lock-timeout', nasty],
  ];
  const withJson = new Set(['verify', 'stats', 'check', 'lint', 'plan', 'show', 'report', nasty]);
  for (const args of verbs) {
    assertSafe(await here.run(args), args.join(' '));
    if (!withJson.has(args[0] ?? '')) continue;
    const asJson = await here.run([...args, '--json']);
    assertSafe(asJson, `${args.join(' ')} --json`);
    asJson.json();
  }
  for (const name of ['DRYDOCK_DATABASE', 'DRYDOCK_BUSY_TIMEOUT', 'DRYDOCK_CONFIG', `DRYDOCK_${oneLine}`])
    assertSafe(await here.run(['upgrade'], { env: { [name]: nasty } }), name);

  const { rows } = (await here.run(['verify', '--json'])).json<{ rows: Record<string, number> }>();
  assert.equal(rows[nasty + ordinary], 2);
  const { stdout } = await here.run(['plan']);
  assert.match(stdout, /\\u\{1b\}\[2J\\u\{7\}\\u\{7f\}\\u\{9b\}31m\\u\{202e\}/);
  assert.ok(stdout.includes(ordinary), 'what is ordinary stays');
});

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

test('honest exit: on a terminal the log, the moving line and the questions show it too', async (t) => {
  const here = place(t, { sql: database, revisions, config });
  const { code, shown } = await inTerminal(here.root, ['upgrade'], []);
  assert.equal(code, 0, shown);
  // Colours and the line that is written over are ours.
  const ours = ['2K', '31m', '32m', '33m', '35m', '36m', '39m'].map((code) => `\u001b[${code}`);
  const own = (text: string) => ({
    stdout: [...ours, '\r'].reduce((rest, each) => rest.replaceAll(each, ''), text),
    stderr: '',
  });
  assertSafe(own(shown), 'upgrade');
  assert.ok(shown.includes('\u001b[32mINFO'), 'the colours stay');
  const asked = await inTerminal(here.root, ['downgrade', '001'], [{ to: /\[y\/N\] /, typed: 'y\n' }]);
  assertSafe(own(asked.shown), 'downgrade');
});

test('honest exit: a script of --sql is data, to the byte, and shown on a terminal', async (t) => {
  const here = place(t, { sql: database, revisions: { '001.sql': revisions['001.sql'] } });
  const { code, stdout } = await here.run(['upgrade', 'base:head', '--sql']);
  assert.equal(code, 0);
  assert.ok(stdout.includes(quoted), 'the name is there as it is');
  const { shown } = await inTerminal(here.root, ['upgrade', 'base:head', '--sql'], []);
  assert.ok(!shown.includes('\u001b[2J') && shown.includes('\\u{1b}[2J'), shown);
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
