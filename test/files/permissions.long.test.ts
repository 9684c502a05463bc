/** Ground that may not be written: a database at the target is read all the same, one that is behind is refused. */

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { dumpWithVersion } from '../harness/dump.ts';
import { journalModes } from '../harness/files.ts';
import { type Place, type PlaceOptions, place } from '../harness/place.ts';
import { assertSilentRefusal, folderState } from '../harness/refusal.ts';
import { nothingChanged, nothingPending } from '../harness/sentences.ts';
import { asOrdinaryUser, giveToOrdinaryUser, wrapped } from '../harness/users.ts';
import { fileMountedAlone, mountTools, needs, readOnlyFolder } from '../harness/volumes.ts';
import { otherProcess } from '../harness/writer.ts';

const readingVerbs = [['current'], ['history'], ['show', 'head'], ['verify'], ['stats'], ['snapshot', 'list']];

type Run = (here: Place, args: readonly string[]) => ReturnType<typeof asOrdinaryUser>;

interface Ground {
  readonly what: string;
  /** Makes it so that writing is not possible; the database is there by then. */
  readonly close: (here: Place) => void;
  readonly run: Run;
  readonly options?: { skip: string | false };
}

const asUser: Run = ({ root }, args) => asOrdinaryUser(root, args);

const grounds: readonly Ground[] = [
  { what: 'a read-only file', close: ({ database }) => chmodSync(database, 0o444), run: asUser },
  { what: 'a read-only folder', close: ({ data }) => chmodSync(data, 0o555), run: asUser },
  {
    what: 'a read-only file in a read-only folder',
    close: ({ database, data }) => {
      chmodSync(database, 0o444);
      chmodSync(data, 0o555);
    },
    run: asUser,
  },
  {
    what: 'a read-only mount',
    close: () => undefined,
    run: (here, args) => wrapped(readOnlyFolder(here.data), here.root, args),
    options: needs(...mountTools),
  },
];

for (const mode of journalModes) {
  for (const { what, close, run, options = {} } of grounds) {
    test(
      `honest exit: on ${what} a database at the target is answered with 0, and every reading command works (${mode})`,
      options,
      async (t) => {
        const here = await ready(t, { mode }, ['upgrade']);
        close(here);
        const before = folderState(here.root);
        const result = await run(here, ['upgrade']);
        assert.equal(result.code, 0, result.stderr);
        assert.match(result.stdout, nothingPending);
        for (const args of readingVerbs) {
          const { code, stderr, stdout } = await run(here, args);
          assert.equal(code, 0, `${args.join(' ')}: ${stdout}${stderr}`);
        }
        assert.equal(folderState(here.root), before);
      },
    );

    test(
      `honest exit: on ${what} a database that is behind is refused with 12, and nothing is touched (${mode})`,
      options,
      async (t) => {
        const here = await ready(t, { mode });
        close(here);
        const before = folderState(here.root);
        for (const args of [['upgrade'], ['stamp', 'head'], ['snapshot', 'create'], ['snapshot', 'prune']]) {
          assertSilentRefusal(await run(here, args), 12, /\/data/, nothingChanged, /permission/);
          assert.equal(folderState(here.root), before, args.join(' '));
        }
        const current = await run(here, ['current']);
        assert.equal(current.code, 0, current.stderr);
      },
    );
  }

  test(
    `honest exit: a database in use on a read-only mount is read, or refused with 12 in one sentence (${mode})`,
    needs(...mountTools),
    async (t) => {
      const here = await ready(t, { mode }, ['upgrade']);
      const reader = await otherProcess(here.database, 1000);
      t.after(() => reader.end());
      await reader.run('UPDATE items SET price = 0 WHERE id = 1');
      const before = folderState(here.root, [/-shm$/]);
      const result = await wrapped(readOnlyFolder(here.data), here.root, ['upgrade']);
      if (result.code === 0) assert.match(result.stdout, nothingPending);
      else assertSilentRefusal(result, 12, /app\.db/);
      assert.equal(folderState(here.root, [/-shm$/]), before);
    },
  );
}

test('honest exit: a file that may not be read is refused with 12', async (t) => {
  const here = await ready(t);
  chmodSync(here.database, 0o000);
  for (const args of [['upgrade'], ['current'], ['verify']]) {
    assertSilentRefusal(await asUser(here, args), 12, /app\.db/, /EACCES/, /Give it the permission/);
  }
});

test('honest exit: a database in a place that may not be reached is refused with 12', async (t) => {
  const here = await ready(t);
  chmodSync(here.data, 0o000);
  for (const args of [['upgrade'], ['current'], ['snapshot', 'create']]) {
    assertSilentRefusal(await asUser(here, args), 12, /app\.db/, /EACCES/, /permissions/);
  }
});

test('all or nothing: a snapshot folder that may not be written ends the run with 12 and the old content', async (t) => {
  const here = await ready(t);
  mkdirSync(here.snapshots, { mode: 0o555 });
  giveToOrdinaryUser(here.root);
  const content = dumpWithVersion(here.database);
  assertSilentRefusal(
    await asUser(here, ['upgrade']),
    12,
    /cannot read and write \S+app\.db\.snapshots/,
    nothingChanged,
  );
  assert.equal(dumpWithVersion(here.database), content);
  chmodSync(here.snapshots, 0o755);
  const next = await asUser(here, ['upgrade']);
  assert.equal(next.code, 0, next.stderr);
});

test(
  'one at a time: a database mounted as a single file is refused with 12, since nobody else would see its locks',
  needs(...mountTools),
  async (t) => {
    const here = await ready(t);
    const before = folderState(here.root);
    for (const args of [['upgrade'], ['stamp', 'head'], ['snapshot', 'create'], ['snapshot', 'prune']]) {
      const result = await wrapped(fileMountedAlone(here.database), here.root, args);
      assertSilentRefusal(result, 12, /app\.db is mounted .* as a single file/, /Mount the directory/);
      assert.equal(folderState(here.root), before, args.join(' '));
    }
    // Nor where nothing is pending: whoever starts after it would write there.
    const finished = await ready(t, {}, ['upgrade']);
    const result = await wrapped(fileMountedAlone(finished.database), finished.root, ['upgrade']);
    assertSilentRefusal(result, 12, /app\.db is mounted .* as a single file/);
  },
);

/** A place of the ordinary user's own, at 001 unless a command brings it further. */
async function ready(t: TestContext, options: PlaceOptions = {}, args?: readonly string[]): Promise<Place> {
  // Before the hook that removes the folder, which an ordinary user can only do where he may write.
  t.after(() => chmodSync(here.data, 0o755));
  const here = place(t, options);
  giveToOrdinaryUser(here.root);
  if (args !== undefined) {
    const result = await asOrdinaryUser(here.root, args);
    assert.equal(result.code, 0, result.stderr);
  }
  return here;
}
