/** The examples of docs/operations.md run, one after the other, as they stand there. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { test } from 'node:test';
import { column, openDatabase, operationsOn } from './database.ts';

const page = readFileSync(new URL('../../docs/operations.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => stripTypeScriptTypes(code ?? ''));

const script = `CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, nickname TEXT, price TEXT, mail TEXT);
  INSERT INTO people (name, price, mail) VALUES ('Ada', '1,50', 'ada@example.com'), ('Grace', NULL, 'grace@example.com');
  CREATE TABLE log (what, id);`;

test('the examples of docs/operations.md do what they say', async () => {
  const db = openDatabase(script);
  const op = operationsOn(db);
  const [revision = '', ...snippets] = examples;
  const { upgrade, downgrade } = await import(`data:text/javascript,${encodeURIComponent(revision)}`);
  upgrade(op);
  downgrade(op);
  upgrade(op);
  for (const snippet of snippets) {
    if (snippet.includes("'people_key'")) op.createIndex('people_key', 'people', ['key']);
    if (snippet.includes("'person_id'")) op.addColumn('orders', op.column.integer('person_id'));
    new Function('op', snippet)(op);
  }
  assert.equal(snippets.length, 8);
  assert.deepEqual(column(db, 'SELECT name FROM teams'), ['Red', 'Blue']);
  assert.deepEqual(column(db, 'PRAGMA integrity_check'), ['ok']);
});
