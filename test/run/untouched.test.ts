/** What a run says of the tables that it did not write. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CheckResult } from '../../src/checks/measurement.ts';
import { createDatabase, type JournalMode, sqlRevision } from '../harness/files.ts';
import { alembicAt, project } from '../harness/project.ts';

const tables = `CREATE TABLE t (x); INSERT INTO t VALUES (1); CREATE TABLE u (x); INSERT INTO u VALUES (2);
CREATE TABLE v (x); INSERT INTO v VALUES (3);`;
const change = 'UPDATE t SET x = 2;';

const runs: readonly [name: string, journalMode: JournalMode, revision: string, untouched: CheckResult['untouched']][] =
  [
    ['with a rollback journal', 'delete', sqlRevision('b1', 'a1', change), 'same bytes'],
    ['in WAL mode', 'wal', sqlRevision('b1', 'a1', change), 'not written'],
    [
      'on a working copy',
      'wal',
      sqlRevision('b1', 'a1', change).replace('\n', '\n-- transaction: false\n'),
      'same bytes',
    ],
  ];
for (const [name, mode, revision, untouched] of runs) {
  test(`an honest report: the tables that a run ${name} left alone are told of in one line`, async (t) => {
    const files = { 'a1.sql': sqlRevision('a1', undefined, ''), 'b1.sql': revision };
    const it = project(t, files);
    createDatabase(it.database, mode, `${alembicAt('a1')}${tables}`);
    const { stdout, stderr, code } = await it.run(['upgrade', '--json']);
    assert.equal(code, 0, stderr);
    const { checks } = JSON.parse(stdout) as { checks: readonly CheckResult[] };
    assert.deepEqual(
      checks.filter(({ check }) => check === 'rows').map((result) => [result.subject, result.untouched]),
      [
        ['t', undefined],
        ['u', untouched],
        ['v', untouched],
      ],
    );
    const proof = untouched === 'same bytes' ? ': none of their pages has changed' : '';
    assert.match(stderr, new RegExp(`2 other tables were not written${proof}\\.`));
  });
}
