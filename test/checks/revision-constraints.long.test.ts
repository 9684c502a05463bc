/**
 * Rows that break a CHECK, a NOT NULL or a type are an old sin of somebody else's, as orphans are: no damage of the file, none of
 * a run's that finds them, and what a revision is there to mend. A run must not add any.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dumpWithVersion } from '../harness/dump.ts';
import { journalModes } from '../harness/files.ts';
import { adds, sinner, sins } from './helpers-revision-constraints.ts';

for (const mode of journalModes) {
  for (const { what, sql } of sins) {
    test(`honest exit: the snapshot of ${what} is sound, and goes back (${mode})`, async (t) => {
      const here = sinner(t, mode, sql, adds);
      const before = dumpWithVersion(here.database);
      for (const args of [['upgrade'], ['snapshot', 'verify', 'latest'], ['snapshot', 'restore', 'latest', '--yes']]) {
        const ended = await here.run(args);
        assert.equal(ended.code, 0, ended.stderr);
      }
      assert.equal(dumpWithVersion(here.database), before);
    });
  }
}
