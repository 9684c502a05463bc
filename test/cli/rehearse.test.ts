/** The whole upgrade on a copy: what it says is what the upgrade then does, and the live file is never touched. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { startDrydock } from '../harness/drydock.ts';
import { dump, versions } from '../harness/dump.ts';
import { createDatabase, sqlRevision } from '../harness/files.ts';
import { type Project, project } from '../harness/project.ts';

interface Rehearsal {
  readonly outcome: string;
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly steps: readonly { readonly id: string; readonly statements: number }[];
  readonly checks: readonly {
    readonly check: string;
    readonly subject: string;
    readonly before: number;
    readonly after: number;
  }[];
  readonly schema: readonly { readonly sentence: string }[];
  readonly verdict: string;
}

const people =
  'CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, age TEXT); CREATE INDEX by_age ON people (age);';
const rows = "INSERT INTO people (name, age) VALUES ('Ada', 36), ('Emmy', 53);";

const good = {
  'a1.sql': sqlRevision('a1', undefined, 'CREATE TABLE notes (n INTEGER);\nINSERT INTO notes VALUES (1), (2), (3);'),
  'a2.ts': `export const revision = 'a2';
export const revises = 'a1';
export function upgrade(op) {
  op.execute('INSERT INTO people (name) VALUES (?)', op.arguments.name);
  op.alterColumn('people', 'age', { type: 'INTEGER', using: 'CAST(age AS INTEGER)' });
  op.dropIndex('by_age');
}
export function downgrade() {}
`,
};

const broken = sqlRevision('a3', 'a2', 'DELETE FROM people;');

const leftovers = ['owner.json', 'rehearsal-owner.json', 'rehearsal.lock', 'runner.lock', 'runs'];

/** Everything beside the database that a rehearsal may not leave anything in. */
function companions({ database }: Project): string[] {
  return readdirSync(`${database}.drydock`).sort();
}

/** Content, inode, size and time of the live file. */
function fingerprint({ database }: Project): string {
  const { ino, size, mtimeNs } = statSync(database, { bigint: true });
  return [ino, size, mtimeNs, readFileSync(database).toString('base64')].join(' ');
}

for (const mode of ['delete', 'wal'] as const) {
  test(`a rehearsal says what the upgrade then does, and touches nothing (${mode})`, async (t) => {
    const it = project(t, good);
    createDatabase(it.database, mode, people + rows);
    const before = fingerprint(it);
    const rehearsal = await it.json<Rehearsal>('rehearse', '-x', 'name=Sofia');
    assert.equal(fingerprint(it), before, 'the live file is as it was, to the byte and the time');
    assert.deepEqual(companions(it), leftovers);
    assert.ok(!existsSync(`${it.database}.snapshots`), 'the snapshot of the copy is not among those of the database');
    assert.deepEqual([rehearsal.outcome, rehearsal.from, rehearsal.to], ['passed', [], ['a2']]);
    const counts = rehearsal.checks.filter(({ check }) => check === 'rows');
    assert.deepEqual(
      counts.map(({ subject, before: old, after }) => [subject, old, after]),
      [
        ['notes', null, 3],
        ['people', 2, 3],
      ],
    );
    assert.deepEqual(
      rehearsal.schema.map(({ sentence }) => sentence),
      ['table notes is new', 'column people.age is TEXT and will be INTEGER', 'index by_age on people goes'],
    );
    assert.match(
      rehearsal.verdict,
      /^The rehearsal passed: the upgrade of \S+app\.db from base to a2 took \d+ ms on a copy/,
    );

    const report = await it.json<Rehearsal>('upgrade', '-x', 'name=Sofia');
    const statements = ({ steps }: Rehearsal) => steps.map((step) => [step.id, step.statements]);
    assert.deepEqual(statements(report), statements(rehearsal));
    assert.match(await it.text('rehearse'), /^There is nothing to rehearse: .*app\.db is at a2\.$/);
  });
}

test('a rehearsal that fails ends with the code of the upgrade, and says that nothing was touched', async (t) => {
  const it = project(t, { ...good, 'a3.sql': broken }, people + rows);
  const before = fingerprint(it);
  const text = await it.fails(21, 'rehearse', '-x', 'name=Sofia');
  assert.match(text, /^In the rehearsal: After the revisions a check failed: revision a3: people lost/);
  assert.match(text, /It was a rehearsal on a copy, which is removed: \S+app\.db is untouched\. Fix the revision/);
  assert.doesNotMatch(text, /\.drydock/, 'no path of the copy');
  assert.equal(fingerprint(it), before);
  assert.deepEqual(companions(it), leftovers);
  assert.match(await it.fails(21, 'upgrade', '--rehearse', '-x', 'name=Sofia'), /^In the rehearsal: /);
  assert.equal(fingerprint(it), before, 'the real run did not begin');
  const { json } = await it.run(['rehearse', 'a2', '--json']);
  const { error } = json<{ error: { code: string; what: string } }>();
  assert.equal(error.code, 'REVISION_FAILED');
  assert.match(error.what, /revision a2 failed at \S+a2\.ts:4/);
});

test('upgrade --rehearse goes on where the rehearsal passed, and shows both', async (t) => {
  const it = project(t, good, people + rows);
  const text = await it.text('upgrade', '--rehearse', '-x', 'name=Sofia');
  assert.match(text, /The rehearsal passed: [\s\S]*\n\nUpgraded \S+app\.db from base to a2 in/);
  assert.deepEqual(versions(it.database), ['a2']);
  const again = await it.json<{ outcome: string; rehearsal: { outcome: string } }>('upgrade', '--rehearse');
  assert.deepEqual([again.outcome, again.rehearsal.outcome], ['nothing-pending', 'nothing-pending']);
});

test('a downgrade is rehearsed with --down, loses nothing and so asks nothing', async (t) => {
  const down =
    "export function downgrade(op) {\n  op.dropTable('people');\n}\nexport const expect = { down: { people: 'dropped' } };\n";
  const it = project(
    t,
    { 'a1.sql': good['a1.sql'], 'a2.ts': good['a2.ts'].replace('export function downgrade() {}\n', down) },
    people + rows,
  );
  await it.text('upgrade', '-x', 'name=Sofia');
  const before = fingerprint(it);
  const rehearsal = await it.json<Rehearsal>('rehearse', '--down', 'a1');
  assert.deepEqual([rehearsal.outcome, rehearsal.from, rehearsal.to], ['passed', ['a2'], ['a1']]);
  assert.match(rehearsal.verdict, /^The rehearsal passed: the downgrade of /);
  assert.deepEqual(
    rehearsal.schema.map(({ sentence }) => sentence),
    ['table people goes'],
  );
  assert.match(
    await it.text('rehearse', '--down', 'a2'),
    /^There is nothing to rehearse: downgrade a2 has nothing to do, and \S+ is at a2\.$/,
  );
  assert.match(await it.fails(2, 'rehearse', '--down'), /A downgrade needs a target\. .*drydock rehearse --down -1/);
  assert.equal(fingerprint(it), before);
});

test('what a killed rehearsal left goes with the next run, and a living one is let be', async (t) => {
  const it = project(t, good, people + rows);
  const before = dump(it.database);
  const folder = join(`${it.database}.drydock`, 'rehearsal');
  const rehearsal = startDrydock(['rehearse', '-x', 'name=Sofia'], { cwd: it.root, pauseAt: 'phase:migrate' });
  await rehearsal.reached();
  // It holds no lock of the live database: a writer writes, and a run runs.
  const writer = new Database(it.database, { timeout: 0 });
  writer.exec("INSERT INTO people (name) VALUES ('Grace')");
  writer.close();
  await it.text('snapshot', 'create');
  assert.ok(existsSync(join(folder, 'app.db')), 'the run beside it did not take its copy away');
  assert.match(
    await it.fails(10, 'rehearse', '--lock-timeout', '0s'),
    /Another run still holds the lock .*drydock rehearse, run /,
  );
  rehearsal.process.kill('SIGKILL');
  await rehearsal.finished;
  assert.ok(existsSync(join(folder, 'app.db')));
  await it.text('snapshot', 'create');
  assert.ok(!existsSync(folder));
  assert.notEqual(dump(it.database), before, 'what the writer wrote is there');

  const stopped = startDrydock(['rehearse', '-x', 'name=Sofia'], { cwd: it.root, pauseAt: 'phase:migrate' });
  await stopped.reached();
  stopped.process.kill('SIGTERM');
  stopped.goOn();
  const { code, error } = await stopped.finished;
  assert.equal(code, 23);
  assert.match(error, /^In the rehearsal: The run was stopped by SIGTERM\. It was a rehearsal/);
  assert.ok(!existsSync(folder));
});
