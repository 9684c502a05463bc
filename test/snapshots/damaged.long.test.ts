/** A snapshot that is not what was taken any more is never put back, and stands in nobody's way. */
import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { flipBit, pageBytes, replaceByText } from '../harness/damage.ts';
import { dumpWithVersion } from '../harness/dump.ts';
import { listed, type Place, place } from '../harness/place.ts';
import { assertJsonRefusal, assertSilentRefusal, folderState } from '../harness/refusal.ts';

interface Stock extends Place {
  /** The content of the older snapshot, and its id. */
  readonly old: string;
  readonly good: string;
  /** The newer one, which is to be damaged. */
  readonly bad: string;
  readonly file: string;
  readonly manifest: string;
}

/** At 002, with a snapshot of 001 and a newer one of 002. */
async function stocked(t: TestContext): Promise<Stock> {
  const here = place(t);
  const old = dumpWithVersion(here.database);
  for (const args of [['upgrade'], ['snapshot', 'create']]) {
    const result = await here.run(args);
    assert.equal(result.code, 0, result.stderr);
  }
  setPrice(here.database, 7);
  const [good, bad] = (await listed(here)).map(({ id }) => id);
  assert.ok(good !== undefined && bad !== undefined);
  return {
    ...here,
    old,
    good,
    bad,
    file: join(here.snapshots, `${bad}.db`),
    manifest: join(here.snapshots, `${bad}.json`),
  };
}

interface Damage {
  readonly what: string;
  readonly damage: (it: Stock) => void;
  readonly says: RegExp;
  /** True where the manifest itself is at fault: then `snapshot list` tells it from the others. */
  readonly manifest?: true;
}

const damages: readonly Damage[] = [
  {
    what: 'a bit that flipped',
    damage: ({ file }) => flipBit(file, statSync(file).size - 100),
    says: /sha256 is not the one/,
  },
  { what: 'a bit that flipped in the header', damage: ({ file }) => flipBit(file, 27), says: /sha256 is not the one/ },
  {
    what: 'a last page that is gone',
    damage: ({ file }) => truncateSync(file, statSync(file).size - pageBytes),
    says: /cannot be read|sha256 is not/,
  },
  { what: 'a file of no bytes', damage: ({ file }) => truncateSync(file), says: /sha256 is not the one/ },
  { what: 'a file of text', damage: ({ file }) => replaceByText(file), says: /cannot be read|sha256 is not/ },
  {
    what: 'another sound database in its place',
    damage: ({ file, snapshots, good }) => copyFileSync(join(snapshots, `${good}.db`), file),
    says: /sha256 is not the one/,
  },
  {
    what: 'a manifest with another sha256',
    damage: edit((it) => ({ ...it, sha256: '0'.repeat(64) })),
    says: /sha256 is not the one/,
  },
  {
    what: 'a manifest with another size',
    damage: edit((it) => ({ ...it, bytes: 1 })),
    says: /not the file that was taken/,
  },
  {
    what: 'a manifest with a journal mode that there is not',
    damage: edit((it) => ({ ...it, journalMode: 'wal; DROP TABLE items' })),
    says: /not a snapshot manifest .*journalMode/,
    manifest: true,
  },
  {
    what: 'a manifest of a newer format',
    damage: edit((it) => ({ ...it, format: 2 })),
    says: /not a snapshot manifest .*format/,
    manifest: true,
  },
  {
    what: 'a manifest without a field',
    damage: edit(({ sha256: _, ...rest }) => rest),
    says: /not a snapshot manifest .*sha256/,
    manifest: true,
  },
  {
    what: 'a manifest of garbage',
    damage: ({ manifest }) => writeFileSync(manifest, '\u0000\n{'),
    says: /not a snapshot manifest/,
    manifest: true,
  },
  {
    what: 'an empty manifest',
    damage: ({ manifest }) => truncateSync(manifest),
    says: /not a snapshot manifest/,
    manifest: true,
  },
  {
    what: 'a manifest of another snapshot',
    damage: ({ manifest, snapshots, good }) => copyFileSync(join(snapshots, `${good}.json`), manifest),
    says: /manifest of another snapshot/,
    manifest: true,
  },
  {
    what: 'no manifest',
    damage: ({ manifest }) => rmSync(manifest),
    says: /cannot be read \(ENOENT\)/,
    manifest: true,
  },
];

for (const { what, damage, says, manifest = false } of damages) {
  test(`a proven way back: a snapshot with ${what} is refused with 12, and the others stay of use`, async (t) => {
    const it = await stocked(t);
    damage(it);
    const before = folderState(it.data);
    for (const [verb, ...consent] of [['verify'], ['restore', '--yes']] as const) {
      const state = () => (verb === 'verify' ? folderState(it.data) : withoutLocks(it.data));
      const then = state();
      assertJsonRefusal(
        await it.run(['snapshot', verb, it.bad, ...consent, '--json']),
        12,
        says,
        new RegExp(it.bad),
        /[Nn]othing was changed|not touched/,
      );
      if (verb === 'verify') assert.equal(folderState(it.data), before);
      assert.equal(state(), then, verb);
    }

    const list = await it.run(['snapshot', 'list', '--json']);
    assert.equal(list.code, 0, list.stderr);
    const { snapshots, unusable } = list.json<{
      snapshots: { id: string }[];
      unusable: { id: string; problem: string }[];
    }>();
    assert.deepEqual(
      snapshots.map(({ id }) => id),
      manifest ? [it.good] : [it.good, it.bad],
    );
    assert.deepEqual(
      unusable.map(({ id }) => id),
      manifest ? [it.bad] : [],
    );
    if (manifest) {
      const text = await it.run(['snapshot', 'list']);
      assert.match(text.stdout, new RegExp(it.good));
      assert.match(text.stdout, new RegExp(`Not usable: \\S+${it.bad}\\.db, since .*`));
    }

    const restore = await it.run(['snapshot', 'restore', it.good, '--yes']);
    assert.equal(restore.code, 0, restore.stderr);
    assert.equal(dumpWithVersion(it.database), it.old);
    const upgrade = await it.run(['upgrade']);
    assert.equal(upgrade.code, 0, upgrade.stderr);
  });
}

test('a proven way back: a snapshot whose file is gone is refused with 12, and the others stay of use', async (t) => {
  const it = await stocked(t);
  rmSync(it.file);
  assertSilentRefusal(await it.run(['snapshot', 'restore', it.bad, '--yes']), 12, /is missing/, /snapshot list/);
  assert.deepEqual(
    (await listed(it)).map(({ id }) => id),
    [it.good],
  );
  assert.equal((await it.run(['snapshot', 'restore', it.good, '--yes'])).code, 0);
  assert.equal(dumpWithVersion(it.database), it.old);
});

test('a proven way back: an upgrade does not take a damaged snapshot of the same content for its own', async (t) => {
  const it = await stocked(t);
  const restore = await it.run(['snapshot', 'restore', it.good, '--yes']);
  assert.equal(restore.code, 0, restore.stderr);
  const good = join(it.snapshots, `${it.good}.db`);
  flipBit(good, statSync(good).size - 100);
  const upgrade = await it.run(['upgrade', '--json']);
  assert.equal(upgrade.code, 0, upgrade.stderr);
  const { snapshot } = upgrade.json<{ snapshot: { id: string } }>();
  assert.notEqual(snapshot.id, it.good);
  assert.equal((await it.run(['snapshot', 'verify', snapshot.id])).code, 0);
});

test('a proven way back: several snapshots that an id could mean are named, and none is restored', async (t) => {
  const it = await stocked(t);
  const before = folderState(it.root);
  assertSilentRefusal(
    await it.run(['snapshot', 'restore', '2', '--yes']),
    2,
    /More than one/,
    new RegExp(it.good),
    new RegExp(it.bad),
  );
  assert.equal(folderState(it.root), before);
});

function edit(change: (manifest: Record<string, unknown>) => Record<string, unknown>): (it: Stock) => void {
  return ({ manifest }) => {
    const now = JSON.parse(readFileSync(manifest, 'utf8')) as Record<string, unknown>;
    writeFileSync(manifest, JSON.stringify(change(now)));
  };
}

function setPrice(path: string, price: number): void {
  const db = new Database(path);
  db.prepare('UPDATE items SET price = ? WHERE id = 1').run(price);
  db.close();
}

/** Without the folder of the locks, and the time of the folder that it stands in. */
function withoutLocks(folder: string): string {
  return folderState(folder)
    .split('\n')
    .filter((line) => !/^(\. |app\.db\.drydock)/.test(line))
    .join('\n');
}
