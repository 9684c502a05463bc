/** Of what an operation would break, exactly that is named, and what was broken before stops nothing that SQLite can do. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Operations } from '../../src/operations/operations.ts';
import { dump, openDatabase, operationsOn } from './database.ts';
import { refused } from './refusal.ts';

const tables = `CREATE TABLE t (a INTEGER, b TEXT); CREATE TABLE u (x, y); CREATE TABLE log (entry); CREATE TABLE far (f);
  CREATE VIEW v AS SELECT a FROM t; INSERT INTO t VALUES (1, 'one');`;
const names = (table: string) => `INSERT INTO ${table} VALUES (1)`;
const trigger = (name: string, on: string, body: string, when = 'AFTER INSERT') =>
  `CREATE TRIGGER ${name} ${when} ON ${on} BEGIN ${body}; END;`;

const blamed: readonly (readonly [
  what: string,
  script: string,
  run: (op: Operations) => void,
  names: readonly string[],
])[] = [
  [
    'one of two triggers of a table',
    trigger('bad', 'u', names('log')) + trigger('good', 'u', names('far')),
    (op) => op.dropTable('log'),
    ['trigger bad'],
  ],
  [
    'a trigger beside one that was broken before',
    trigger('old', 'u', names('gone')) + trigger('bad', 'u', names('log')),
    (op) => op.dropTable('log'),
    ['trigger bad'],
  ],
  [
    'the trigger that another trigger fires',
    trigger('outer', 'far', 'INSERT INTO u VALUES (1, 2)') + trigger('bad', 'u', names('log')),
    (op) => op.dropTable('log'),
    ['trigger bad'],
  ],
  [
    'an INSTEAD OF trigger through which another writes',
    trigger('outer', 'far', names('v')) + trigger('bad', 'v', names('log'), 'INSTEAD OF INSERT'),
    (op) => op.dropTable('log'),
    ['trigger bad'],
  ],
  [
    'a trigger that writes to a view whose INSTEAD OF trigger goes',
    trigger('bad', 'far', names('v')) + trigger('way', 'v', names('log'), 'INSTEAD OF INSERT'),
    (op) => op.dropTrigger('way'),
    ['trigger bad'],
  ],
  [
    'two INSTEAD OF triggers that write to the same table',
    trigger('bad', 'v', names('log'), 'INSTEAD OF INSERT') + trigger('worse', 'v', names('log'), 'INSTEAD OF DELETE'),
    (op) => op.dropTable('log'),
    ['trigger bad', 'trigger worse'],
  ],
  [
    'a view, not its INSTEAD OF trigger',
    trigger('way', 'v', names('log'), 'INSTEAD OF INSERT'),
    (op) => op.dropTable('t'),
    ['view v'],
  ],
  [
    'a trigger that inserts by position',
    trigger('good', 'far', names('log')) + trigger('bad', 'far', "INSERT INTO t VALUES (1, 'x')"),
    (op) => op.addColumn('t', op.column.text('c')),
    ['trigger bad'],
  ],
];

for (const [what, script, run, expected] of blamed) {
  test(`an operation blames ${what}`, () => {
    const db = openDatabase(tables + script);
    const before = dump(db);
    assert.throws(
      () => run(operationsOn(db)),
      refused(new RegExp(`would break the ${expected.map((name) => `${name} \\([^)]*\\)`).join(', the ')}\\. `)),
    );
    assert.deepEqual(dump(db), before);
  });
}

const allowed: Readonly<Record<string, (op: Operations) => void>> = {
  addColumn: (op) => op.addColumn('t', op.column.text('c')),
  'a rebuild': (op) => op.alterColumn('t', 'b', { type: 'VARCHAR(9)' }),
  dropColumn: (op) => op.dropColumn('t', 'b'),
  'dropColumn of its own table': (op) => op.dropColumn('u', 'y'),
  dropTable: (op) => op.dropTable('log'),
  'createTrigger on the same table': (op) =>
    op.createTrigger('fresh', 'u', { timing: 'after', event: 'insert', body: 'INSERT INTO log VALUES (new.x);' }),
  createView: (op) => op.createView('fresh', 'SELECT x FROM u'),
};

for (const [operation, run] of Object.entries(allowed)) {
  test(`what is broken elsewhere does not stop ${operation}`, () => {
    const db = openDatabase(
      `${tables} ${trigger('old', 'u', names('gone'))} ${trigger('older', 'far', 'INSERT INTO u (x) VALUES (1)')} CREATE VIEW lost AS SELECT * FROM gone;`,
    );
    run(operationsOn(db));
  });
}

test('a rename names what SQLite cannot read, and nothing beside it', () => {
  const db = openDatabase(`${tables} ${trigger('old', 'u', names('gone'))} ${trigger('good', 'u', names('log'))}`);
  for (const run of [
    (op: Operations) => op.renameTable('t', 'tt'),
    (op: Operations) => op.alterColumn('t', 'b', { newName: 'c' }),
  ]) {
    assert.throws(() => run(operationsOn(db)), refused(/does not compile: the trigger old \([^)]*\)\. Drop or fix/));
  }
});
