/** A database of two names: SQLite looks for a journal beside the name that it is opened by. */
import assert from 'node:assert/strict';
import { linkSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { journalModes } from '../harness/files.ts';
import { itemsRevisions, type Place, place } from '../harness/place.ts';

const warning = (here: Place) =>
  `${here.database} has 2 names (hard links); a program that opens it by another one looks for its journal in the wrong place. Remove the other names (find -samefile lists them)`;

function recordedWarnings({ database }: Place): string[][] {
  const runs = `${database}.drydock/runs`;
  return readdirSync(runs)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(runs, name), 'utf8')).warnings);
}

for (const mode of journalModes) {
  test(`all or nothing: a run that changes a database of two names warns of it, in the log and the record (${mode})`, async (t) => {
    const here = place(t, { mode, revisions: itemsRevisions });
    const other = join(here.root, 'other.db');
    linkSync(here.database, other);
    const warned = async (...args: readonly string[]) => {
      const { code, stderr, log } = await here.run(args);
      assert.equal(code, 0, stderr);
      return log.map(({ msg = '' }) => msg).filter((msg) => msg.includes('hard links'));
    };
    assert.deepEqual(await warned('upgrade'), [warning(here)]);
    assert.deepEqual(recordedWarnings(here), [[warning(here)]]);
    assert.deepEqual(await warned('upgrade'), [], 'nothing is pending');
    assert.deepEqual(await warned('snapshot', 'create'), [], 'the database is only read');
    assert.deepEqual(await warned('snapshot', 'restore', 'latest', '--yes'), [warning(here)]);
    rmSync(other);
    assert.deepEqual(await warned('downgrade', '-1', '--yes'), [], 'one name is left');
  });
}
