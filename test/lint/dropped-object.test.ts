/** Every object that an upgrade drops is named: a generated revision drops what the desired schema lacks. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Body, lintResult, module } from './helpers-lint.ts';

const start: Body = [
  `CREATE TABLE t (id INTEGER PRIMARY KEY, a, b); CREATE INDEX t_a ON t (a); CREATE UNIQUE INDEX "t b" ON t (b) WHERE b > 0;
CREATE VIEW v AS SELECT a FROM t; CREATE TABLE log (n); CREATE INDEX log_n ON log (n);
CREATE TRIGGER tr AFTER INSERT ON t BEGIN INSERT INTO log VALUES (1); END;
CREATE TRIGGER instead INSTEAD OF DELETE ON v BEGIN INSERT INTO log VALUES (2); END;`,
  'DROP VIEW v; DROP TABLE t; DROP TABLE log;',
];

const cases: Readonly<Record<string, readonly [up: Body | string, found: readonly string[]]>> = {
  'each by its statement': [
    ['DROP INDEX T_A; DROP INDEX IF EXISTS "t b";\nDROP TRIGGER tr;\nDROP VIEW v;'],
    ['4 index t_a of t', '4 index t b of t', '6 view v', '5 trigger tr of t'],
  ],
  'by operations': [
    module("op.dropIndex('t_a');\nop.execute('DROP TRIGGER tr');\nop.execute('DROP TRIGGER instead');"),
    ['3 index t_a of t', '4 trigger tr of t', '5 trigger instead of v'],
  ],
  'not what is made again, or is the same under another name': [
    [
      `DROP VIEW v; CREATE VIEW v AS SELECT b FROM t;
DROP INDEX t_a; CREATE INDEX ix_t_a ON "t"(a); DROP INDEX "t b"; CREATE UNIQUE INDEX t_b ON t (b) WHERE b > 0;`,
    ],
    [],
  ],
  'but an index that is no longer the same': [
    ['DROP INDEX "t b"; CREATE INDEX t_b ON t (b) WHERE b > 0;'],
    ['4 index t b of t'],
  ],
  'not what goes with its table': [
    ['DROP TRIGGER tr; DROP INDEX log_n;\nDROP TRIGGER instead; DROP TABLE log;'],
    ['4 trigger tr of t', '5 trigger instead of v'],
  ],
  'not what an operation drops and makes again': [module("op.alterColumn('t', 'a', { type: 'TEXT' });"), []],
};

for (const [what, [up, found]] of Object.entries(cases)) {
  test(`dropped objects are found, ${what}`, async (t) => {
    const { findings, notes } = await lintResult(t, start, up);
    assert.deepEqual(notes, []);
    const named = findings.filter(({ rule }) => rule === 'dropped-object');
    assert.deepEqual(
      named.map(({ line, message }) => `${line} ${message.replace('this drops the ', '')}`).sort(),
      [...found].sort(),
    );
  });
}
