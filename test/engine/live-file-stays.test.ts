/** With a rollback journal SQLite writes into the live file before the commit: not before its snapshot is proven. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { makeIndexLie } from '../harness/damage.ts';
import type { LogLine, Running } from '../harness/drydock.ts';
import { sqlRevision } from '../harness/files.ts';
import { base, contentOf, moduleRevision, scene } from '../harness/scene.ts';

/** A cache of five pages, so that a small database is enough to have it spill. */
const statements = [
  'ALTER TABLE child ADD COLUMN extra TEXT',
  'PRAGMA cache_size = 5',
  "UPDATE child SET extra = 'new'",
];

const large: Readonly<Record<string, string>> = {
  '002_large.sql': sqlRevision('002_large', '001_base', `${statements.join(';\n')};`),
};
const largeByModule: Readonly<Record<string, string>> = {
  '002_large.ts': moduleRevision(
    '002_large',
    '001_base',
    statements.map((sql) => `op.execute(${JSON.stringify(sql)});`).join('\n'),
  ),
};

for (const [form, files] of [
  ['SQL', large],
  ['a module', largeByModule],
] as const) {
  test(`a proven way back: not a byte of the live file changes before its snapshot is proven (${form})`, async (t) => {
    const it = scene(t, { mode: 'delete', files: { ...base, ...files } });
    const before = readFileSync(it.database);

    const run = it.start(['upgrade'], { pauseAt: 'inspector:measure' });
    await run.reached();
    await waitsForProof(run);
    assert.ok(readFileSync(it.database).equals(before), 'the live file is as it was, byte for byte');
    run.goOn();

    const { code, stderr } = await run.finished;
    assert.equal(code, 0, stderr);
    assert.ok(contentOf(it).includes('"new"'), 'the revision is applied');
  });
}

test('a proven way back: small revisions run and are checked beside the proof, and are committed after it', async (t) => {
  const add = 'ALTER TABLE child ADD COLUMN extra TEXT;\nCREATE TABLE tags (id INTEGER PRIMARY KEY);';
  const it = scene(t, {
    mode: 'delete',
    files: { ...base, '002_small.sql': sqlRevision('002_small', '001_base', add) },
  });
  const before = readFileSync(it.database);

  const run = it.start(['upgrade'], { pauseAt: 'inspector:measure' });
  await run.reached();
  await run.logged(endsCheck);
  assert.ok(readFileSync(it.database).equals(before), 'the live file is as it was, byte for byte');
  run.goOn();

  const { code, stderr } = await run.finished;
  assert.equal(code, 0, stderr);
  assert.ok(contentOf(it).includes('CREATE TABLE tags'), 'the revision is applied');
});

test('a proven way back: where the snapshot is not sound, what waited for it never runs', async (t) => {
  const it = scene(t, { mode: 'delete', files: { ...base, ...large } });
  makeIndexLie(it.database, 'sqlite_autoindex_parent_1', 'parent ');
  const before = readFileSync(it.database);
  const { code, error } = await it.run(['upgrade']);
  assert.equal(code, 13, error);
  assert.match(error, /damaged .*autoindex_parent.*It was like that before this run/);
  assert.ok(readFileSync(it.database).equals(before), 'the live file is as it was, byte for byte');
});

const endsCheck = ({ phase, durationMs }: LogLine) => phase === 'check' && durationMs !== undefined;

/** Until the engine sits in a read of its gate, or is through with the revisions, which it must not be. */
async function waitsForProof(run: Running): Promise<void> {
  const engine = await run.enginePid();
  let checked = false;
  run.logged(endsCheck).then(
    () => {
      checked = true;
    },
    // The run is ended by its test.
    () => undefined,
  );
  // read(2) of descriptor 4, by its number on x86-64 and on arm64 (proc_pid_syscall(5)).
  while (!checked && !/^(0|63) 0x4 /.test(readFileSync(`/proc/${engine}/syscall`, 'utf8'))) await setTimeout(10);
}
