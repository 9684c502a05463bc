/** `drydock lint` as CI calls it: without a database, with an exit code. */

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { commandsIn } from '../harness/advice.ts';
import { sqlRevision } from '../harness/files.ts';
import { branched, project, tableRevision } from '../harness/project.ts';
import { nothingPending } from '../harness/sentences.ts';

interface Finding {
  readonly rule: string;
  readonly revision: string;
  readonly direction: string | null;
  readonly path: string;
  readonly line: number | null;
  readonly message: string;
}

interface Report {
  readonly ok: boolean;
  readonly revisions: readonly string[];
  readonly findings: readonly Finding[];
  readonly suppressed: readonly (Finding & { reason: string })[];
  readonly notes: readonly { revision: string; message: string }[];
}

test('lint needs no database, exits 0 where all is well, and 3 with file, line and rule of each finding', async (t) => {
  const it = project(t, { 'a1.sql': tableRevision('a1', undefined), 'b1.sql': tableRevision('b1', 'a1') });
  assert.equal(await it.text('lint'), '2 revisions, 0 findings, 0 suppressed');
  const path = join(it.migrations, 'c1.sql');
  writeFileSync(path, sqlRevision('c1', 'b1', 'DROP TABLE t_a1;', 'CREATE TABLE t_a1 (n INTEGER);'));
  const [text, json, one] = await Promise.all([
    it.run(['lint']),
    it.run(['lint', '--json']),
    it.text('lint', 'a1', 'b'),
  ]);
  assert.deepEqual(
    [text.code, text.stdout],
    [
      3,
      `migrations/c1.sql:4: this drops the table t_a1 with all its rows (destructive-change)\n3 revisions, 1 finding, 0 suppressed\n`,
    ],
  );
  assert.deepEqual([json.code, json.stderr], [3, '']);
  const { findings, ...rest } = json.json<Report>();
  assert.deepEqual(rest, { command: 'lint', ok: false, revisions: ['a1', 'b1', 'c1'], suppressed: [], notes: [] });
  const message = 'this drops the table t_a1 with all its rows';
  assert.deepEqual(findings, [{ rule: 'destructive-change', revision: 'c1', direction: 'up', path, line: 4, message }]);
  assert.equal(one, '2 revisions, 0 findings, 0 suppressed', 'only what was named');
  assert.ok(!existsSync(it.database));
});

test('honest exit: what cannot run makes lint end with 3, and names the statement', async (t) => {
  const it = project(t, {
    'a1.sql': tableRevision('a1', undefined),
    'b1.sql': sqlRevision('b1', 'a1', 'CREAT TABLE b (x);', 'DROP TABLE b;'),
    'c1.sql': sqlRevision('c1', 'b1', 'CREATE INDEX t_n ON t_a1 (n);', 'DROP INDEX t_m;'),
  });
  const { code, stdout } = await it.run(['lint']);
  assert.equal(code, 3);
  assert.match(stdout, /^migrations\/b1\.sql:4: this fails: near "CREAT": syntax error \(cannot-run\)$/m);
  assert.match(stdout, /^migrations\/c1\.sql:6: this fails: no such index: t_m \(cannot-run\)$/m);
});

test('a file suppresses a rule with a reason; a suppression that cannot be right is a finding itself', async (t) => {
  const module = (id: string, revises: string, ...lines: readonly string[]) =>
    [
      `export const revision = '${id}'; export const revises = '${revises}';`,
      "export function upgrade(op) { op.execute('UPDATE t_a1 SET n = 1'); }",
      "export function downgrade(op) { op.cannotDowngrade('what n was is not known any more'); }",
      ...lines,
    ].join('\n');
  const it = project(t, {
    'a1.sql': tableRevision('a1', undefined),
    'b1.ts': module('b1', 'a1', '// lint: ignore write-without-where n is counted anew every night'),
    'b2.ts': module(
      'b2',
      'b1',
      '/* lint: ignore write-without-where */',
      "const no = '// lint: ignore no-such-rule x';",
    ),
    'c1.sql': sqlRevision(
      'c1',
      'b2',
      'DELETE FROM t_a1;',
      '-- lint: ignore no-downgrade and a word more',
      '-- lint: ignore write-without-where n is counted anew every night\n-- lint: ignore no-such-rule because\n-- lint: silence',
    ),
    'd1.sql': sqlRevision(
      'd1',
      'c1',
      'SELECT 1; -- lint: ignore destructive-change nothing is destroyed',
      '',
      '-- lint: ignore index-on-big-table a million is few here',
    ),
  });
  const { code, json } = await it.run(['lint', '--json']);
  const report = json<Report>();
  assert.equal(code, 3);
  assert.deepEqual(
    report.suppressed.map(({ rule, revision, reason }) => [rule, revision, reason]),
    [
      ['write-without-where', 'b1', 'n is counted anew every night'],
      ['write-without-where', 'c1', 'n is counted anew every night'],
      ['no-downgrade', 'c1', 'and a word more'],
    ],
  );
  const found = report.findings.map(({ rule, revision, line, message }) => [
    rule,
    revision,
    line,
    message.slice(0, 30),
  ]);
  assert.deepEqual(found, [
    ['write-without-where', 'b2', 2, 'this overwrites n in every row'],
    ['bad-suppression', 'b2', 4, "'lint: ignore write-without-wh"],
    ['bad-suppression', 'c1', 4, "'lint: ignore no-such-rule bec"],
    ['bad-suppression', 'c1', 5, "'lint: silence' cannot be read"],
    ['no-downgrade', 'd1', null, 'd1 changes something in its up'],
    ['bad-suppression', 'd1', 5, 'no destructive-change is found'],
  ]);
});

test('a rule that the config ignores is suppressed in every file, with its reason, in lint and plan', async (t) => {
  const it = project(
    t,
    {
      'a1.sql': sqlRevision('a1', undefined, 'CREATE TABLE t (n);'),
      'b1.sql': sqlRevision('b1', 'a1', 'DELETE FROM t;', '', '-- lint: ignore write-without-where a cache'),
      'c1.ts': `export const revision = 'c1'; export const revises = 'b1';
export function upgrade(op) { op.execute('CREATE TABLE u (n)'); op.execute('DELETE FROM t'); }\nexport function downgrade() {}`,
    },
    '',
  );
  const config = join(it.root, 'config/drydock.yaml');
  const before = readFileSync(config, 'utf8');
  const ignoring = (rule: string) =>
    writeFileSync(config, `${before}lint:\n  ignore:\n    ${rule}: we restore a snapshot\n`);
  assert.equal((await it.run(['lint', '--json'])).json<Report>().findings.length, 4);
  ignoring('no-downgrade');
  const { findings, suppressed } = (await it.run(['lint', '--json'])).json<Report>();
  assert.deepEqual(
    findings.map(({ rule, revision }) => [rule, revision]),
    [['write-without-where', 'c1']],
  );
  assert.deepEqual(
    suppressed.map(({ rule, revision, reason }) => [rule, revision, reason]),
    [
      ['no-downgrade', 'a1', 'we restore a snapshot'],
      ['write-without-where', 'b1', 'a cache'],
      ['no-downgrade', 'b1', 'we restore a snapshot'],
      ['no-downgrade', 'c1', 'we restore a snapshot'],
    ],
  );
  ignoring('write-without-where');
  const plan = await it.json<{ steps: readonly { findings: readonly unknown[] }[] }>('plan');
  assert.deepEqual(
    plan.steps.flatMap((step) => step.findings),
    [],
  );
  ignoring('no-downgrad');
  const refused = await it.run(['lint']);
  assert.equal(refused.code, 2);
  assert.match(
    refused.error,
    /drydock\.yaml:\d+: lint\.ignore\.no-downgrad is not a rule\. Did you mean no-downgrade\?/,
  );
});

for (const [format, fill] of [
  ['sql', ['-- migrate:up\n', '-- migrate:up\nCREATE TABLE filled (n);\n']],
  ['ts', ['void {}', "void { op.execute('CREATE TABLE filled (n)'); }"]],
] as const) {
  test(`honest exit: an empty ${format} revision is told of before it is applied, and the way back is one that works`, async (t) => {
    for (const parent of [undefined, 'a1']) {
      const it = project(t, parent === undefined ? {} : { 'a1.sql': tableRevision('a1', undefined) }, '');
      if (parent !== undefined) await it.text('upgrade');
      await it.text('revision', '-m', 'to be filled', '--rev-id', 'b1', ...(format === 'ts' ? ['--ts'] : []));
      const [file = ''] = readdirSync(it.migrations).filter((name) => name.startsWith('b1'));
      const path = join(it.migrations, file);
      const { findings } = (await it.run(['lint', 'b1', '--json'])).json<Report>();
      assert.deepEqual(
        findings.map(({ rule, revision }) => [rule, revision]),
        [['empty-revision', 'b1']],
      );
      assert.match(await it.text('plan'), /Look at this first:\n.*\(empty-revision\)/);
      const { log } = await it.run(['upgrade']);
      assert.ok(log.some(({ level, msg }) => level === 40 && String(msg).includes('revision b1 is empty')));
      writeFileSync(path, readFileSync(path, 'utf8').replace(fill[0], fill[1]));
      const error = await it.fails(4, 'upgrade');
      const commands = commandsIn(error).map((command) => command.replace('drydock ', ''));
      assert.deepEqual(commands, [`stamp ${parent ?? 'base'}`, 'upgrade']);
      for (const command of commands) await it.text(...command.split(' '));
      const db = new Database(it.database, { readonly: true });
      assert.equal(db.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'filled'").pluck().get(), 1);
      db.close();
      assert.match(await it.text('upgrade'), nothingPending);
    }
  });
}

test('several heads are a finding in each head, unless only some revisions were asked for', async (t) => {
  const meant = tableRevision('c2', 'c1', '-- depends-on: b1', '-- lint: ignore several-heads it has a label to go by');
  const suppressed = project(t, { ...branched, 'c2.sql': meant });
  assert.match(
    (await suppressed.run(['lint'])).stdout,
    /b1\.sql: the revisions have 2 heads.*\n4 revisions, 1 finding, 1 suppressed\n$/,
  );
  assert.equal(await suppressed.text('lint', 'c2'), '1 revision, 0 findings, 0 suppressed');
  const it = project(t, branched);
  const { code, json } = await it.run(['lint', '--json']);
  assert.equal(code, 3);
  assert.deepEqual(
    json<Report>().findings.map(({ rule, revision, line }) => [rule, revision, line]),
    [
      ['several-heads', 'b1', null],
      ['several-heads', 'c2', null],
    ],
  );
  assert.equal(await it.text('lint', 'b1', 'c2'), '2 revisions, 0 findings, 0 suppressed');
});

test('what cannot be run without rows is a note and no finding, and the text of SQL is looked at all the same', async (t) => {
  const it = project(t, {
    'a1.sql': tableRevision('a1', undefined),
    'b1.ts': `export const revision = 'b1'; export const revises = 'a1';
export function upgrade(op) { if (op.selectValue('SELECT n FROM t_a1') === undefined) throw new Error('no rows'); }
export function downgrade() {}`,
    'c1.sql': sqlRevision(
      'c1',
      'b1',
      'DELETE FROM t_a1;',
      '-- lint: ignore downgrade-differs cannot be told here\nSELECT 1;',
    ),
  });
  const ran = await it.run(['lint', '--json']);
  const { findings, notes } = ran.json<Report>();
  assert.deepEqual(
    findings.map(({ rule, revision }) => [rule, revision]),
    [['write-without-where', 'c1']],
  );
  assert.deepEqual(
    notes.map(({ revision }) => revision),
    ['b1', 'b1'],
  );
  assert.match(notes[0]?.message ?? '', /^the upgrade could not be run without rows: .*b1\.ts:2: no rows/);
  assert.match(notes[1]?.message ?? '', /^the schema is not certain after this revision, which did not run to its end/);
});

test('-x reaches the modules that are looked at', async (t) => {
  const it = project(t, {
    'a1.ts': `export const revision = 'a1'; export function upgrade(op) { op.execute(op.arguments.sql); }
export function downgrade(op) { op.execute('DROP TABLE t'); }`,
  });
  assert.equal(await it.text('lint', '-x', 'sql=CREATE TABLE t (n)'), '1 revision, 0 findings, 0 suppressed');
  assert.match(await it.text('lint'), /^migrations\/a1\.ts: note: the upgrade could not be run/);
});

test('a revision that ends the process that looks at it is told in one sentence', async (t) => {
  const it = project(t, {
    'a1.ts': `export const revision = 'a1'; export function upgrade() { process.exit(0); } export function downgrade() {}`,
  });
  assert.match(
    await it.fails(20, 'lint'),
    /^One of the revisions a1 ended the process .* No database was touched\. Take out/,
  );
});
