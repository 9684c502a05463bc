/** A downgrade that drops what has data in it says so, and asks, before anything is locked. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { versions } from '../harness/dump.ts';
import { sqlRevision } from '../harness/files.ts';
import { alembicAt, type Project, project, stateOf } from '../harness/project.ts';
import { nothingPending } from '../harness/sentences.ts';
import { inTerminal } from '../harness/terminal.ts';

const files = {
  'a1.sql': sqlRevision(
    'a1',
    undefined,
    'CREATE TABLE notes (n INTEGER);',
    '-- expect: rows notes dropped\nDROP TABLE notes;',
  ),
  'a2.sql': sqlRevision('a2', 'a1', 'ALTER TABLE notes ADD COLUMN tag TEXT;', 'ALTER TABLE notes DROP COLUMN tag;'),
};
const tables = 'CREATE TABLE notes (n INTEGER, tag TEXT);';

function at(t: TestContext, rows: string): Project {
  return project(t, files, `${alembicAt('a2')} ${tables} ${rows}`);
}

const full = "INSERT INTO notes VALUES (1, 'x'), (2, 'y'), (3, NULL);";
const said =
  /The downgrade of \S+app\.db loses data: column notes\.tag with 2 values \(revision a2\), table notes with 3 rows \(revision a1\)/;

test('without a terminal it needs --yes, and else is refused with nothing changed', async (t) => {
  const it = at(t, full);
  const before = stateOf(it.root);
  const refused = await it.fails(2, 'downgrade', 'base');
  assert.match(refused, said);
  assert.match(refused, /Nothing was changed\. To continue anyway, pass --yes/);
  assert.equal(stateOf(it.root), before);

  const { losses, to } = await it.json<{ losses: unknown; to: string[] }>('downgrade', 'base', '--yes');
  assert.deepEqual(losses, [
    { revision: 'a2', table: 'notes', column: 'tag', rows: 2 },
    { revision: 'a1', table: 'notes', column: null, rows: 3 },
  ]);
  assert.deepEqual([to, versions(it.database)], [[], []]);
});

test('where nothing is lost it goes on without a question', async (t) => {
  const it = at(t, 'INSERT INTO notes VALUES (1, NULL);');
  const { losses } = await it.json<{ losses: unknown }>('downgrade', 'a1');
  assert.deepEqual(losses, []);
  assert.match(await it.fails(2, 'downgrade', 'base'), /loses data: table notes with 1 row \(revision a1\)/);
});

test('an upgrade that drops what has data in it says so and goes on', async (t) => {
  const it = at(t, full);
  const drops = sqlRevision('a3', 'a2', 'ALTER TABLE notes DROP COLUMN tag;');
  const more = project(t, { ...files, 'a3.sql': drops }, `${alembicAt('a2')} ${tables} ${full}`);
  const { code, log, stdout } = await more.run(['upgrade']);
  assert.equal(code, 0);
  assert.match(
    stdout,
    /The dropped tables and columns held data, which the snapshot has: column notes\.tag with 2 values \(revision a3\)\.$/m,
  );
  const warning = log.find(({ msg }) => msg?.startsWith('The upgrade of ') === true);
  assert.match(String(warning?.msg), /loses data: column notes\.tag with 2 values \(revision a3\)$/);
  assert.match(await it.text('upgrade'), nothingPending);
});

test('an upgrade runs each module once', async (t) => {
  const module = `import { appendFileSync } from 'node:fs';
export const revision = 'a3'; export const revises = 'a2';
export function upgrade(op) { appendFileSync(import.meta.dirname + '/calls', 'x'); op.dropColumn('notes', 'tag'); }
export function downgrade() {}
`;
  const it = project(t, { ...files, 'a3.ts': module }, `${alembicAt('a2')} ${tables} ${full}`);
  await it.text('upgrade');
  assert.equal(readFileSync(join(it.root, 'migrations', 'calls'), 'utf8'), 'x');
});

test('a downgrade that cannot be replayed in memory needs --yes too', async (t) => {
  const module = `export const revision = 'a3'; export const revises = 'a2';
export function upgrade() {}
export function downgrade(op) {
  if (op.selectValue('SELECT count(*) FROM notes') === 0) throw new Error('nothing to go by');
}
`;
  const it = project(t, { ...files, 'a3.ts': module }, `${alembicAt('a3')} ${tables} ${full}`);
  assert.match(
    await it.fails(2, 'downgrade', 'a2'),
    /^Cannot predict what the downgrade of \S+ would lose: .*nothing to go by/,
  );
  await it.text('downgrade', 'a2', '--yes');
});

const answer = (typed: string) => [{ to: /\[y\/N\]/, typed }];

test('on a terminal it asks, and only a yes goes on', async (t) => {
  const it = at(t, full);
  const before = stateOf(it.root);
  for (const typed of ['\n', 'no\n', '\u0004']) {
    const { code, shown } = await inTerminal(it.root, ['downgrade', 'base'], answer(typed));
    assert.equal(code, 2, shown);
    assert.match(shown, said);
    assert.match(shown, /Go on\? \[y\/N\]/);
    assert.equal(stateOf(it.root), before);
  }
  const stopped = await inTerminal(it.root, ['downgrade', 'base'], answer('\u0003'));
  assert.equal(stopped.code, 23, stopped.shown);
  assert.deepEqual(versions(it.database), ['a2']);
  const { code, shown } = await inTerminal(it.root, ['downgrade', 'base'], answer('y\n'));
  assert.equal(code, 0, shown);
  assert.deepEqual(versions(it.database), []);
});
