import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dump, openDatabase, operationsOn } from './database.ts';

test('a revision that catches the error of a rebuild goes on with the table as it was', () => {
  const db = openDatabase(`
    CREATE TABLE codes (code TEXT, label TEXT);
    CREATE INDEX codes_label ON codes (label);
    INSERT INTO codes VALUES ('007', 'a'), ('12', 'b');
  `);
  const before = dump(db);
  const op = operationsOn(db);
  assert.throws(() => op.alterColumn('codes', 'code', { type: 'INTEGER' }), /convert|change/);
  assert.deepEqual(dump(db), before);
  assert.equal(db.inTransaction, true);
});
