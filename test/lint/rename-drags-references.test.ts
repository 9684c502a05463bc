/** Who moves a table aside is warned only if something names it by the wrong name afterwards. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Body, lint, lintResult, module } from './helpers-lint.ts';

const alone: Body = ['CREATE TABLE t (id INTEGER PRIMARY KEY, a);', 'DROP TABLE t;'];
const named: Body = [
  `CREATE TABLE t (id INTEGER PRIMARY KEY, a);
CREATE TABLE child (id INTEGER PRIMARY KEY, t_id REFERENCES t (id));`,
  'DROP TABLE child; DROP TABLE t;',
];
const viewed: Body = [
  'CREATE TABLE t (id INTEGER PRIMARY KEY, a); CREATE TABLE log (a);\nCREATE VIEW v AS SELECT a FROM T;',
  'DROP VIEW v; DROP TABLE log; DROP TABLE t;',
];
const aside = `ALTER TABLE t RENAME TO t_old;
CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);
INSERT INTO t SELECT id, a FROM t_old;`;
const ownOrder = (table: string, columns: string) => `CREATE TABLE new_${table} (${columns});
INSERT INTO new_${table} SELECT * FROM ${table};
DROP TABLE ${table};
ALTER TABLE new_${table} RENAME TO ${table};`;

const dragging: Readonly<Record<string, readonly [first: Body, up: Body | string, says: RegExp]>> = {
  'a foreign key, with the old table dropped': [
    named,
    [`${aside}\nDROP TABLE t_old;`],
    /a foreign key of child names t_old/,
  ],
  'a foreign key, with the old table kept': [named, [aside], /a foreign key of child names t_old/],
  'a view and a foreign key of the same revision': [
    alone,
    [`CREATE VIEW v AS SELECT a FROM t; CREATE TABLE child (t_id REFERENCES t);\n${aside}`],
    /the view v and a foreign key of child name t_old/,
  ],
  'a view': [viewed, [aside], /the view v names t_old/],
  'a trigger of another table': [
    viewed,
    [`CREATE TRIGGER tr AFTER INSERT ON log BEGIN UPDATE t SET a = 1; END; DROP VIEW v;\n${aside}`],
    /the trigger tr names t_old/,
  ],
  'a trigger that stays on the old table': [
    viewed,
    [`DROP VIEW v; CREATE TRIGGER tr AFTER INSERT ON t BEGIN INSERT INTO log VALUES (1); END;\n${aside}`],
    /the trigger tr names t_old/,
  ],
  'only one of two, the other is made again': [
    named,
    [`${aside}\nDROP TABLE t_old;\nCREATE VIEW v AS SELECT a FROM t;`],
    /and a foreign key of child names t_old/,
  ],
  'operations too': [
    named,
    module("op.renameTable('t', 't_old');\nop.createTable('t', op.column.integer('id', { primaryKey: true }));"),
    /a foreign key of child names t_old/,
  ],
};

for (const [what, [first, up, says]] of Object.entries(dragging)) {
  test(`a rename is found that drags along ${what}`, async (t) => {
    const { findings } = await lintResult(t, first, up);
    const found = findings.filter(({ rule }) => rule === 'rename-drags-references');
    assert.equal(found.length, 1);
    assert.match(found[0]?.message ?? '', says);
  });
}

const harmless: Readonly<Record<string, readonly [first: Body, up: Body | string]>> = {
  'nobody names the table': [alone, [`${aside}\nDROP TABLE t_old;`]],
  'the old table stays, and nobody names it': [alone, [aside]],
  'all who name it are rebuilt in the same revision': [
    named,
    [`${aside}\n${ownOrder('child', 'id INTEGER PRIMARY KEY, t_id REFERENCES t (id)')}\nDROP TABLE t_old;`],
  ],
  'all who name it are made again': [
    viewed,
    [`DROP VIEW v;\n${aside}\nCREATE VIEW v AS SELECT a FROM t;\nDROP TABLE t_old;`],
  ],
  "SQLite's own order is done twice in one revision": [
    named,
    [`${ownOrder('t', 'id INTEGER PRIMARY KEY, a TEXT')}\n${ownOrder('t', 'id INTEGER PRIMARY KEY, a BLOB')}`],
  ],
  'the table gets its name back': [named, ['ALTER TABLE t RENAME TO t_old; ALTER TABLE t_old RENAME TO t;']],
  'the new name is meant, by who is made after it': [alone, [`${aside}\nCREATE VIEW before AS SELECT a FROM t_old;`]],
  'an operation rebuilds': [
    named,
    module("op.alterColumn('t', 'a', { type: 'TEXT' });\nop.alterColumn('t', 'a', { type: 'BLOB' });"),
  ],
};

for (const [what, [first, up]] of Object.entries(harmless)) {
  test(`a rename is not found if ${what}`, async (t) => {
    const found = await lint(t, first, up);
    assert.deepEqual(
      found.filter((one) => /rename-drags|cannot-run|note/.test(one)),
      [],
    );
  });
}
