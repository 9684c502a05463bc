/** What a run says of the tables that it did not write. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
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

/** What the log of a run says about the extent of its check. */
function writtenIn(log: string): unknown {
  const lines = log.split('\n').filter((line) => line.includes('"phase":"check"'));
  assert.equal(lines.length, 1, log);
  return JSON.parse(lines[0] ?? '').written.kind;
}

test('honest exit: everything is checked if the config wants it, and with another SQLite than before', async (t) => {
  const files = Object.fromEntries(
    ['a1', 'b1', 'c1', 'd1', 'e1'].map((id, index, ids) => [
      `${id}.sql`,
      sqlRevision(id, ids[index - 1], index === 0 ? '' : `UPDATE t SET x = ${index};`),
    ]),
  );
  const it = project(t, files, `${alembicAt('a1')}${tables}`);
  const upgrade = async (target: string) => writtenIn((await it.run(['upgrade', target])).stderr);
  assert.equal(await upgrade('b1'), 'tables');

  const config = join(it.root, 'config/drydock.yaml');
  const text = readFileSync(config, 'utf8');
  writeFileSync(config, `${text}checks: { integrity: full }\n`);
  assert.equal(await upgrade('c1'), 'every table');
  writeFileSync(config, text);

  const folder = `${it.database}.snapshots`;
  const newest = join(
    folder,
    readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .sort()
      .at(-1) ?? '',
  );
  writeFileSync(newest, readFileSync(newest, 'utf8').replace(/("sqliteVersion": )"[^"]+"/, '$1"3.40.1"'));
  assert.equal(await upgrade('d1'), 'every table');
  assert.equal(await upgrade('e1'), 'tables');
});
