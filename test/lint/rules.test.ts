/** What each rule finds, and what stands right beside it and is no finding. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, test } from 'node:test';
import { lintRevisions } from '../../src/lint/lint.ts';
import type { LintResult } from '../../src/lint/lint-finding.ts';
import { lintStatement } from '../../src/lint/lint-step.ts';
import { indexOnBigTable } from '../../src/lint/rules/index-on-big-table.ts';
import { ruleNames } from '../../src/lint/rules.ts';
import { loadGraph } from '../../src/revisions/load-graph.ts';
import { revisionFolder } from '../harness/files.ts';
import { alone } from '../harness/in-memory.ts';

/** Up and down of revisions in SQL, one after the other; where `up` has no `op`, else of one in TypeScript. */
interface Case {
  readonly up: string;
  readonly down: string;
  readonly header?: string;
}

// Every line counts: the first line of `up` is line 5 of its file, in a module line 3.
const cases: Readonly<Record<string, Case>> = {
  start: {
    up: `CREATE TABLE t (id INTEGER PRIMARY KEY, a, b, at TEXT); CREATE INDEX t_a ON t (a); CREATE TABLE gone (x); CREATE TABLE gone2 (x TEXT); CREATE TABLE remade (x TEXT); CREATE INDEX remade_x ON remade (x);
CREATE TRIGGER t_log AFTER INSERT ON t BEGIN UPDATE t SET a = 1; DELETE FROM t; END;
CREATE TABLE "over there" (x, y);`,
    down: 'DROP TABLE t; DROP TABLE gone; DROP TABLE gone2; DROP TABLE remade; DROP TABLE "over there";',
  },
  drops: {
    up: `DROP TABLE GONE;
ALTER TABLE "over there" DROP COLUMN Y;
DROP TABLE IF EXISTS never_there; CREATE TABLE scratch (x, y); ALTER TABLE scratch DROP COLUMN y; DROP TABLE scratch;
ALTER TABLE t ADD COLUMN c; ALTER TABLE t DROP COLUMN c;`,
    down: 'ALTER TABLE "over there" ADD COLUMN y; CREATE TABLE gone (x);',
  },
  dropsByCode: {
    up: `op.addColumn('t', op.column.text('c1'));
op.dropColumn('t', 'c1');
op.createTable('fresh', op.column.text('c'));
op.dropTable('fresh');
op.dropTable('gone2');
op.createTable('remade_new', op.column.text('x'));
op.dropTable('remade');
op.renameTable('remade_new', 'remade');`,
    down: `op.createTable('gone2', op.column.text('x')); op.createIndex('remade_x', 'remade', ['x']);`,
  },
  writes: {
    up: `UPDATE t SET a = 1, b = 2;
WITH x AS (SELECT 1) DELETE FROM t;
UPDATE t SET a = 1 WHERE b = 2; DELETE FROM t WHERE a = 1;
CREATE TABLE fresh (x); DELETE FROM fresh; UPDATE fresh SET x = 1;
ALTER TABLE t ADD COLUMN filled; UPDATE T SET Filled = a;
UPDATE t SET filled = a,
  b = 1;`,
    down: `DROP TABLE fresh; ALTER TABLE t DROP COLUMN filled;
DELETE FROM t;`,
  },
  writesByCode: {
    up: `op.execute('UPDATE t SET a = ?', 1);
op.updateInBatches('t', { set: { a: '1' } });
op.addColumn('t', op.column.text('kind'));
op.execute("UPDATE t SET kind = 'x'");
op.alterColumn('t', 'kind', { type: 'VARCHAR(10)' });
op.execute('DELETE FROM t');
op.select('DELETE FROM t RETURNING id');
op.select('SELECT id FROM t'); op.select('EXPLAIN DELETE FROM t');`,
    down: `op.dropColumn('t', 'kind');`,
  },
  named: {
    up: 'CREATE TABLE named (x PRIMARY KEY); CREATE TABLE names (x REFERENCES named);',
    down: 'DROP TABLE names; DROP TABLE named;',
  },
  renames: {
    up: `ALTER TABLE t RENAME TO t_old; CREATE TABLE t2 (a); DROP TABLE t2;
ALTER TABLE t_old RENAME TO t;`,
    down: 'ALTER TABLE t RENAME TO u; ALTER TABLE u RENAME TO t;',
  },
  putBack: {
    up: `ALTER TABLE named RENAME TO named_old; CREATE TABLE named (x PRIMARY KEY);
DROP TABLE named_old;`,
    down: 'DROP TABLE names; CREATE TABLE names (x REFERENCES named);',
  },
  rebuilds: {
    up: `CREATE TABLE t_new (id INTEGER PRIMARY KEY, a, b, at TEXT, filled, kind VARCHAR(10));
INSERT INTO t_new SELECT * FROM t;
DROP TABLE t;
ALTER TABLE t_new RENAME TO t;
CREATE INDEX t_a ON t (a);`,
    down: `CREATE TRIGGER t_log AFTER INSERT ON t BEGIN UPDATE t SET a = 1; DELETE FROM t; END;
ALTER TABLE t ADD COLUMN extra;`,
  },
  putAside: {
    up: `CREATE TABLE lone (x TEXT); CREATE INDEX lone_x ON lone (x); CREATE TABLE spare (x TEXT);`,
    down: 'DROP TABLE lone; DROP TABLE spare;',
  },
  rebuildsAside: {
    up: `PRAGMA legacy_alter_table = ON;
ALTER TABLE lone RENAME TO lone_old;
PRAGMA legacy_alter_table = OFF;
CREATE TABLE lone (x INT);
INSERT INTO lone SELECT x FROM lone_old;
DROP TABLE lone_old;
CREATE TABLE brief (x); ALTER TABLE brief RENAME TO shorter; DROP TABLE shorter;
ALTER TABLE spare RENAME TO spare_2; DROP TABLE spare_2;
PRAGMA legacy_alter_table(yes); PRAGMA legacy_alter_table; ALTER TABLE lone RENAME TO lone_old; ALTER TABLE lone_old RENAME TO lone;
PRAGMA legacy_alter_table = 0; ALTER TABLE lone RENAME TO lone_old; ALTER TABLE lone_old RENAME TO lone;`,
    down: 'DROP TABLE lone; CREATE TABLE lone (x TEXT); CREATE INDEX lone_x ON lone (x); CREATE TABLE spare (x TEXT);',
  },
  columns: {
    up: `ALTER TABLE t ADD COLUMN n1 TEXT NOT NULL;
ALTER TABLE t ADD COLUMN n2 TEXT NOT NULL DEFAULT NULL;
ALTER TABLE t ADD COLUMN n3 TEXT NOT NULL DEFAULT 'x'; ALTER TABLE t ADD COLUMN n4 TEXT NULL;
ALTER TABLE t ADD COLUMN n5 INT NOT NULL AS (a + 1);
CREATE TABLE made (x); ALTER TABLE made ADD COLUMN y NOT NULL; ALTER TABLE made ADD COLUMN z DEFAULT (1 + 1);
ALTER TABLE t ADD COLUMN d1 DEFAULT CURRENT_TIMESTAMP;
ALTER TABLE t ADD COLUMN d2 DEFAULT (random()); ALTER TABLE t ADD COLUMN d3 DEFAULT (-1);`,
    down:
      ['n1', 'n2', 'n3', 'n4', 'n5', 'd1', 'd2', 'd3'].map((name) => `ALTER TABLE t DROP COLUMN ${name};`).join(' ') +
      ' DROP TABLE made;',
  },
  columnsByCode: {
    up: `op.addColumn('t', op.column.text('m1', { nullable: false }));
op.addColumn('t', op.column.text('m2', { default: 'CURRENT_TIMESTAMP' }));`,
    down: `op.batchAlterTable('t', (batch) => { batch.dropColumn('m1'); batch.dropColumn('m2'); });`,
  },
  casts: {
    up: `UPDATE t SET a = CAST(at AS DATETIME) WHERE id = 1;
UPDATE t SET a = CAST(at AS TEXT) WHERE id = 1;`,
    down: 'UPDATE t SET a = CAST(a AS date) WHERE id = 1;',
  },
  pragma: {
    header: '-- transaction: false',
    up: `PRAGMA foreign_keys = ON;
PRAGMA foreign_keys; UPDATE t SET a = 1 WHERE id = 2;`,
    down: 'UPDATE t SET a = 1 WHERE id = 2;',
  },
  oneWay: { up: 'CREATE TABLE kept (x);', down: '' },
  oneWayByCode: { up: `op.createTable('kept2', op.column.text('x'));`, down: '/* nothing */' },
  noWayByCode: { up: `op.createTable('kept3', op.column.text('x'));`, down: `op.cannotDowngrade('for a reason');` },
  nothing: { up: '', down: '' },
  wrongWay: { up: 'CREATE TABLE w (x); CREATE INDEX w_x ON w (x);', down: 'DROP INDEX w_x;' },
};

function fileOf(id: string, revises: string | undefined, { up, down, header }: Case): [name: string, text: string] {
  if (!up.includes('op.')) {
    const parent = `-- revises: ${revises ?? 'none'}`;
    const lines = [
      `-- revision: ${id}`,
      parent,
      header ?? '-- message: of a rule',
      '-- migrate:up',
      up,
      '-- migrate:down',
      down,
    ];
    return [`${id}.sql`, lines.join('\n')];
  }
  const first = `export const revision = '${id}'; export const revises = '${revises}';`;
  return [
    `${id}.ts`,
    [first, 'export function upgrade(op) {', up, '}', `export function downgrade(op) { ${down} }`].join('\n'),
  ];
}

let folder = '';
let report: LintResult;

before(async () => {
  folder = mkdtempSync(join(process.env['TEST_TMPDIR'] ?? tmpdir(), 'drydock-lint-'));
  const ids = Object.keys(cases);
  const files = Object.entries(cases).map(([id, each], index) => fileOf(id, ids[index - 1], each));
  report = await lintRevisions(
    loadGraph(revisionFolder(folder, Object.fromEntries(files))),
    undefined,
    { arguments: {}, ignored: {} },
    alone,
  );
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** `file:line` of each finding of a rule, in the order of the graph. */
function placesOf(rule: string): string[] {
  return report.findings
    .filter((finding) => finding.rule === rule)
    .map(({ path, line, direction }) => `${basename(path)}:${line}${direction === 'down' ? ' down' : ''}`);
}

const expected: Readonly<Record<string, readonly string[]>> = {
  'empty-revision': ['nothing.sql:null'],
  'destructive-change': ['drops.sql:5', 'drops.sql:6', 'dropsByCode.ts:4', 'dropsByCode.ts:7', 'rebuildsAside.sql:12'],
  'write-without-where': [
    'writes.sql:5',
    'writes.sql:6',
    'writes.sql:10',
    'writes.sql:14 down',
    'writesByCode.ts:3',
    'writesByCode.ts:8',
    'writesByCode.ts:9',
  ],
  'rename-drags-references': ['putBack.sql:5'],
  'rebuild-loses-objects': ['dropsByCode.ts:9', 'rebuilds.sql:7', 'rebuildsAside.sql:10'],
  'not-null-without-default': ['columns.sql:5', 'columns.sql:6', 'columnsByCode.ts:3'],
  'non-constant-default': ['columns.sql:10', 'columns.sql:11'],
  'cast-to-date': ['casts.sql:5', 'casts.sql:8 down'],
  'foreign-keys-pragma': ['pragma.sql:5'],
  'no-downgrade': ['oneWay.sql:null down', 'oneWayByCode.ts:null down'],
  'downgrade-differs': ['rebuilds.sql:null down', 'wrongWay.sql:null down'],
};

for (const [rule, places] of Object.entries(expected)) {
  test(`${rule} finds what it looks for and nothing beside it`, () => assert.deepEqual(placesOf(rule), places));
}

test('every rule is tested here or by its own test, and every revision could be looked at', () => {
  const elsewhere = ['cannot-run', 'dropped-object', 'several-heads', 'bad-suppression', 'index-on-big-table'];
  assert.deepEqual([...Object.keys(expected), ...elsewhere].sort(), [...ruleNames].sort());
  assert.deepEqual(report.notes, []);
  assert.deepEqual(new Set(report.findings.map(({ rule }) => rule)), new Set(Object.keys(expected)));
});

test('index-on-big-table finds an index where the live table has many rows, and is silent without a database', () => {
  const [revision] = loadGraph(join(folder, 'migrations')).revisions;
  assert.ok(revision !== undefined);
  const statements = [lintStatement('CREATE INDEX i ON "T" (a)', 7, 'revision')];
  const step = { revision, direction: 'up', statements, operations: [], upIsEmpty: false, schemas: undefined } as const;
  const check = (rows: ReadonlyMap<string, number> | undefined) => indexOnBigTable.check({ ...step, rows });
  assert.deepEqual(
    check(new Map([['t', 3_000_000]])).map(({ line }) => line),
    [7],
  );
  assert.deepEqual([check(new Map([['t', 10]])), check(undefined)], [[], []]);
});
