/** One step up or down, of a run that is killed at each point from the order of its commit on, and called again. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { versions } from '../harness/dump.ts';
import { bothJournalModes, sqlRevision } from '../harness/files.ts';
import { killAt } from '../harness/kill.ts';
import { place } from '../harness/place.ts';
import type { Part } from '../harness/scene.ts';

const revision = (id: string, before?: string, header = '') =>
  sqlRevision(id, before, `CREATE TABLE t${id} (a);`, `DROP TABLE t${id};`, header);
export const revisions = {
  'a.sql': revision('a'),
  'b.sql': revision('b', 'a'),
  'c.sql': revision('c', 'b'),
  'd.sql': revision('d', 'c'),
};

/** From the order of the commit to the last moment of the process. */
const points = ['engine:after-commit', 'phase:verify', 'phase:retain', 'phase:unlock', 'run:untold'];

/** At the last point by default, and in the rest at the others. */
export function relativeTests(part: Part): void {
  for (const [index, at] of points.entries()) {
    if ((at === 'run:untold') !== (part === 'default')) continue;
    for (const [turn, command] of ['downgrade -1', 'upgrade +1'].entries()) {
      const mode = bothJournalModes[(index + turn) % 2];
      if (mode === undefined) continue;
      test(`honest exit: ${command} goes one step, killed at ${at} and called again (${mode})`, async (t) => {
        const here = place(t, { mode, sql: 'SELECT 1;', revisions });
        const start = command.startsWith('upgrade') ? 'a' : 'c';
        assert.equal((await here.run(['upgrade', start])).code, 0);
        const args = [...command.split(' '), '--database', here.database, '--migrations', here.migrations];
        await killAt(args, at, 'supervisor');
        assert.deepEqual(versions(here.database), ['b'], 'the killed run has committed');
        const again = await here.run(args);
        assert.equal(again.code, 0, again.stderr);
        assert.deepEqual(versions(here.database), ['b']);
        assert.match(again.stdout, /^Recovered first: .*had committed/m);
        assert.equal(existsSync(`${here.database}.drydock/untold.json`), false);
        const meant = await here.run(args);
        assert.equal(meant.code, 0, meant.stderr);
        assert.deepEqual(versions(here.database), [command.startsWith('upgrade') ? 'c' : 'a']);
      });
    }
  }
}
