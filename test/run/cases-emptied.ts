/** Ways in which a database is emptied, each of them refused by the next run. */
import assert from 'node:assert/strict';
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { dump } from '../harness/dump.ts';
import { bothJournalModes, copyOfMade, createDatabase, type JournalMode, sqlRevision } from '../harness/files.ts';
import { assertFailed, base, makeScene, type Part, type Scene, sceneAt, snapshots } from '../harness/scene.ts';

export const files = {
  ...base,
  '002_more.sql': sqlRevision('002_more', '001_base', 'ALTER TABLE child ADD COLUMN more TEXT;'),
};
export const next = (n: number) =>
  [
    `00${n}_next.sql`,
    sqlRevision(`00${n}_next`, n === 3 ? '002_more' : `00${n - 1}_next`, `CREATE TABLE next${n} (n);`),
  ] as const;

export async function grown(t: TestContext, mode: JournalMode = 'delete', config = ''): Promise<Scene> {
  const folder = await copyOfMade(t, `grown ${mode} ${config}`, async (original) => {
    const it = makeScene(original, { mode, files, config });
    assert.equal((await it.run(['upgrade'])).code, 0);
  });
  return sceneAt(folder);
}

export function ids(it: Scene): string[] {
  return snapshots(it).map(({ id }) => id);
}

export function without(it: Scene): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(`${it.database}${suffix}`, { force: true });
}

/** Ways in which a file is emptied. */
export const empty: Readonly<Record<string, (it: Scene) => void>> = {
  'cut to nothing': (it) => {
    without(it);
    writeFileSync(it.database, '');
  },
  'emptied in its place': (it) => {
    rmSync(`${it.database}-wal`, { force: true });
    truncateSync(it.database, 0);
  },
  'made anew': (it) => {
    without(it);
    createDatabase(it.database, 'delete', 'PRAGMA user_version = 1;');
  },
  'made anew in WAL mode': (it) => {
    without(it);
    createDatabase(it.database, 'wal', 'PRAGMA user_version = 1;');
  },
  'made anew with empty tables': (it) => {
    without(it);
    createDatabase(it.database, 'delete', 'CREATE TABLE parent (n); CREATE VIEW v AS SELECT 1;');
  },
  'made anew by Litestream': (it) => {
    without(it);
    createDatabase(it.database, 'delete', 'CREATE TABLE _litestream_seq (n); INSERT INTO _litestream_seq VALUES (1);');
  },
  'made anew with an empty alembic_version': (it) => {
    without(it);
    createDatabase(it.database, 'delete', 'CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL);');
  },
};

const verbs = [['rehearse'], ['plan'], ['check'], ['snapshot', 'create'], ['ensure-version'], ['stamp', '001_base']];

const quick = ['made anew in WAL mode', 'made anew with empty tables'];

/** By default a run and doctor look at some, and the first one goes all the way to the restore; in the rest all the others do. */
export function emptiedTests(part: Part): void {
  for (const mode of bothJournalModes) {
    for (const [index, [how, doIt]] of Object.entries(empty).entries()) {
      // Each in one mode; the first one, with every verb, in both.
      if (index > 0 && bothJournalModes[index % 2] !== mode) continue;
      const whole = index === 0 && mode === 'delete' ? 'default' : 'rest';
      if (part === 'default' && quick.includes(how)) {
        test(`a proven way back: a database ${how} is refused as no first install (${mode})`, async (t) => {
          const it = await grown(t, mode);
          await refuse(it, doIt, [['upgrade']]);
        });
      }
      if (part !== whole) continue;
      test(`a proven way back: a database ${how} is no first install (${mode})`, async (t) => {
        const it = await grown(t, mode);
        const content = dump(it.database);
        const snapshot = await refuse(it, doIt, [['upgrade'], ...(index === 0 ? verbs : []), ['upgrade']]);
        for (const args of [['current'], ['history']]) assert.equal((await it.run(args)).code, 0, args.join(' '));
        assert.deepEqual(ids(it), [snapshot]);

        assert.equal((await it.run(['snapshot', 'restore', String(snapshot), '--yes'])).code, 0);
        assert.equal((await it.run(['upgrade'])).code, 0);
        assert.equal(dump(it.database), content);
      });
    }
  }
}

/** @returns The snapshot that is the way back. */
async function refuse(
  it: Scene,
  doIt: (it: Scene) => void,
  commands: readonly (readonly string[])[],
): Promise<string | undefined> {
  const snapshot = ids(it)[0];
  doIt(it);
  const found = readFileSync(it.database);
  for (const args of commands) {
    const advice = [`drydock snapshot restore ${snapshot} --yes`, 'drydock begin-anew'];
    assertFailed(await it.run(args), 4, 'is empty, and was not', 'rows, at 002_more', ...advice);
    assert.deepEqual(readFileSync(it.database), found, args.join(' '));
  }
  const doctor = await it.run(['doctor', '--json']);
  assert.equal(doctor.code, 4);
  assert.match(doctor.stdout, /drydock begin-anew/);
  return snapshot;
}
