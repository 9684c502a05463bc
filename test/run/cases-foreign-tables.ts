/** A database with the tables of another application, at the verbs that would run revisions on it and at those that would not. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { dumpWithVersion } from '../harness/dump.ts';
import { bothJournalModes, sqlRevision } from '../harness/files.ts';
import { assertFailed, assertUntouched, contentOf, type Part, type Scene, scene } from '../harness/scene.ts';

const files = {
  '001_users.sql': sqlRevision(
    '001_users',
    undefined,
    'CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);',
    'DROP TABLE users;',
  ),
  '002_orders.sql': sqlRevision(
    '002_orders',
    '001_users',
    'CREATE TABLE orders (id INTEGER PRIMARY KEY, user_id INTEGER);',
    'DROP TABLE orders;',
  ),
};

export const shop =
  'CREATE TABLE customers (id INTEGER PRIMARY KEY); INSERT INTO customers VALUES (1), (2); CREATE VIEW firsts AS SELECT 1;';
export const usersTable = 'CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);';

export function foreign(t: TestContext, sql: string, mode = bothJournalModes[0] ?? 'delete', config = ''): Scene {
  return scene(t, { mode, files, sql, config });
}

/** One mode by default, the other in the rest. */
export function strangerTests(part: Part): void {
  for (const mode of bothJournalModes.filter((one) => (one === 'delete') === (part === 'default'))) {
    test(`all or nothing: revisions do not run on another application's tables, ${mode}`, async (t) => {
      const it = foreign(t, shop, mode);
      const before = contentOf(it);
      for (const args of [
        ['upgrade'],
        ['upgrade', '+1'],
        ['rehearse'],
        ['upgrade', '--rehearse'],
        ['plan'],
        ['check'],
      ]) {
        const result = await it.run(args);
        assertFailed(result, 4, 'customers (2 rows)', 'the view firsts', 'Is it the right database?', '--from-base');
        assertUntouched(it, before);
      }
      const doctor = await it.run(['doctor', '--json']);
      assert.equal(doctor.code, 4);
      assert.match(doctor.stdout, /customers \(2 rows\)/);
      assert.match(doctor.stdout, /drydock plan/);
      for (const args of [['current'], ['history'], ['heads'], ['verify'], ['stats'], ['snapshot', 'create']]) {
        assert.equal((await it.run(args)).code, 0, args.join(' '));
      }
      assert.equal(contentOf(it), before);

      assert.equal((await it.run(['rehearse', '--from-base'])).code, 0);
      assert.equal((await it.run(['plan', '--from-base'])).code, 0);
      assert.equal((await it.run(['check', '--from-base'])).code, 3);
      assert.equal((await it.run(['upgrade', '--from-base'])).code, 0);
      assert.match(dumpWithVersion(it.database), /002_orders/);
      assert.equal((await it.run(['downgrade', 'base', '--yes'])).code, 0);
      assert.equal((await it.run(['upgrade'])).code, 0, 'what has a history is no stranger');
    });
  }
}
