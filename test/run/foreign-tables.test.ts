/** All or nothing, of the right database: revisions run from base only where there is nothing that they were not made for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dumpWithVersion } from '../harness/dump.ts';
import { assertFailed, assertUntouched, contentOf } from '../harness/scene.ts';
import { foreign, shop, strangerTests, usersTable, whoseTests } from './cases-foreign-tables.ts';

strangerTests('default');
whoseTests('default');

test('all or nothing: tables that the config names are not asked about', async (t) => {
  const sql = 'CREATE TABLE Spatial_Ref_Sys (n); CREATE TABLE gpkg_contents (n); CREATE VIEW gpkg_extra AS SELECT 1;';
  const it = foreign(t, sql, 'delete', 'ignore_tables: [spatial_ref_sys, "GPKG_*"]\n');
  assert.equal((await it.run(['upgrade'])).code, 0);
  const other = foreign(t, `${sql} CREATE TABLE gpk (n);`, 'delete', 'ignore_tables: [spatial_ref_sys, "GPKG_*"]\n');
  assertFailed(await other.run(['upgrade']), 4, 'it has gpk (0 rows).');
});

test('all or nothing: who means it says so in the config or the environment', async (t) => {
  const it = foreign(t, shop, 'delete', 'from_base: allow\n');
  assert.equal((await it.run(['upgrade'], { env: { DRYDOCK_FROM_BASE: 'refuse' } })).code, 4);
  assertFailed(
    await it.run(['upgrade'], { env: { DRYDOCK_FROM_BASE: 'yes' } }),
    2,
    'DRYDOCK_FROM_BASE',
    'refuse or allow',
  );
  assert.equal((await it.run(['upgrade'])).code, 0);
});

test('all or nothing: tables that the revisions make themselves are a question of where to begin', async (t) => {
  const it = foreign(t, `${usersTable} INSERT INTO users VALUES (1, 'a');`);
  const before = contentOf(it);
  for (const verb of ['upgrade', 'plan', 'rehearse', 'check']) {
    assertFailed(
      await it.run([verb]),
      4,
      'users (1 row)',
      'make users themselves',
      '`drydock stamp 001_users --config',
    );
    assertUntouched(it, before);
  }
  assert.equal((await it.run(['stamp', '001_users'])).code, 0);
  assert.equal((await it.run(['upgrade'])).code, 0);
  assert.match(dumpWithVersion(it.database), /-- users\n\["1n","1n","a"\]/);
});
