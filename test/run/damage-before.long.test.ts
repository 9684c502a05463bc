/** A database that was damaged before Drydock came: found out before anything is changed, and never called ours. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, truncateSync } from 'node:fs';
import { createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import {
  breakLeafOf,
  breakSchema,
  cutTo,
  cutToBytes,
  makeIndexLie,
  pageBytes,
  replaceByRandom,
  replaceByText,
} from '../harness/damage.ts';
import { dumpWithVersion, integrity } from '../harness/dump.ts';
import { journalModes } from '../harness/files.ts';
import { type Place, place } from '../harness/place.ts';
import { assertJsonRefusal, assertSilentRefusal, folderState } from '../harness/refusal.ts';
import { noDatabaseAt } from '../harness/sentences.ts';

interface Damage {
  readonly what: string;
  readonly damage: (path: string) => void;
  readonly says: RegExp;
  /** True where reading the version table already meets it, so that nothing is locked or copied. */
  readonly seenAtOnce: boolean;
}

const damages: readonly Damage[] = [
  {
    what: 'a broken page of a table',
    damage: (path) => breakLeafOf(path, 'items'),
    says: /damaged \(integrity_check: \w/,
    seenAtOnce: false,
  },
  {
    what: 'a broken page of an index',
    damage: (path) => breakLeafOf(path, 'items_name'),
    says: /damaged \(integrity_check: \w/,
    seenAtOnce: false,
  },
  {
    what: 'an index that disagrees with its table',
    damage: (path) => makeIndexLie(path, 'items_name', 'item '),
    says: /damaged .*items_name/,
    seenAtOnce: false,
  },
  {
    what: 'a schema that cannot be parsed',
    damage: breakSchema,
    says: /damaged: malformed database schema/,
    seenAtOnce: true,
  },
  { what: 'a file cut in half', damage: (path) => cutTo(path, 0.5), says: /damaged/, seenAtOnce: true },
  {
    what: 'a file cut in the middle of a page',
    damage: (path) => cutTo(path, 0.731),
    says: /damaged/,
    seenAtOnce: true,
  },
  {
    what: 'a file of which one page is left',
    damage: (path) => cutToBytes(path, pageBytes),
    says: /damaged/,
    seenAtOnce: true,
  },
  {
    what: 'a file of which half a header is left',
    damage: (path) => cutToBytes(path, 50),
    says: /damaged/,
    seenAtOnce: true,
  },
  { what: 'a text file', damage: replaceByText, says: /not a SQLite database/, seenAtOnce: true },
  {
    what: 'a file of random bytes',
    damage: replaceByRandom,
    says: /not a SQLite database \(or it is encrypted\)/,
    seenAtOnce: true,
  },
];

for (const mode of journalModes) {
  for (const { what, damage, says, seenAtOnce } of damages) {
    test(`honest exit: ${what} ends an upgrade with 13, and nothing is touched (${mode})`, async (t) => {
      const here = place(t, { mode });
      damage(here.database);
      const before = folderState(here.root);
      assertJsonRefusal(await here.run(['upgrade', '--json']), 13, says, /nothing|Nothing|unchanged/, /snapshot/);
      assert.equal(seenAtOnce ? folderState(here.root) : withoutOurs(here), seenAtOnce ? before : only(before));
      assertNothingLeft(here);
    });
  }

  for (const args of [
    ['downgrade', 'base', '--yes'],
    ['stamp', 'head', '--force'],
    ['snapshot', 'create'],
  ]) {
    test(`honest exit: drydock ${args.join(' ')} ends with 13 on a broken page, and nothing is touched (${mode})`, async (t) => {
      const here = place(t, { mode });
      breakLeafOf(here.database, 'items');
      const before = folderState(here.root);
      assertSilentRefusal(await here.run(args), 13, /damaged/, /changed nothing|unchanged/);
      assert.equal(withoutOurs(here), only(before));
      assertNothingLeft(here);
    });
  }

  test(`honest exit: drydock verify ends with 13 on damage that an upgrade would meet, and writes nothing (${mode})`, async (t) => {
    for (const { what, damage } of damages) {
      const here = place(t, { mode });
      damage(here.database);
      const before = folderState(here.root);
      const result = await here.run(['verify']);
      assert.equal(result.code, 13, `${what}: ${result.stdout}${result.stderr}`);
      assert.equal(folderState(here.root), before, what);
    }
  });
}

test('all or nothing: an empty file is a database without anything, and an upgrade works from there', async (t) => {
  const here = place(t);
  truncateSync(here.database);
  assert.equal((await here.run(['current'])).code, 0);
  const result = await here.run(['upgrade', '--json']);
  assert.equal(result.code, 0, result.stderr);
  assert.equal(integrity(here.database), 'ok');

  const fresh = place(t, { sql: 'PRAGMA user_version = 0' });
  assert.equal((await fresh.run(['upgrade'])).code, 0);
  assert.equal(dumpWithVersion(here.database), dumpWithVersion(fresh.database));
  assert.equal((await here.run(['verify'])).code, 0);
});

test('all or nothing: an upgrade of an empty file that fails leaves it empty of anything', async (t) => {
  const broken =
    '-- revision: 001_items\n-- migrate:up\nCREATE TABLE a (x);\nINSERT INTO nowhere VALUES (1);\n-- migrate:down\n';
  const here = place(t, { revisions: { '001_items.sql': broken } });
  truncateSync(here.database);
  assertSilentRefusal(await here.run(['upgrade']), 20, /nowhere/, /unchanged/);
  assert.equal(dumpWithVersion(here.database), '');
});

const verbs = [
  ['upgrade'],
  ['downgrade', '-1'],
  ['stamp', 'head', '--force'],
  ['current'],
  ['history', '-i'],
  ['verify'],
  ['stats'],
  ['unlock'],
  ['snapshot', 'create'],
  ['snapshot', 'prune'],
];

const notFiles: readonly { what: string; make: (t: TestContext, path: string) => unknown; says: RegExp }[] = [
  { what: 'a missing file', make: () => undefined, says: noDatabaseAt },
  { what: 'a folder', make: (_, path) => mkdirSync(path), says: /is a directory/ },
  { what: 'a pipe', make: (_, path) => execFileSync('mkfifo', [path]), says: /is a special file/ },
  { what: 'a socket', make: listenOn, says: /is a special file/ },
];

for (const { what, make, says } of notFiles) {
  test(`honest exit: ${what} in place of the database ends every command with 2, and nothing is made`, async (t) => {
    const here = place(t, { sql: null });
    await make(t, here.database);
    const before = folderState(here.root);
    for (const args of verbs) {
      assertJsonRefusal(await here.run([...args, '--json']), 2, says, /app\.db/);
      assert.equal(folderState(here.root), before, args.join(' '));
    }
  });
}

async function listenOn(t: TestContext, path: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path, resolve));
  t.after(() => server.close());
}

/** The state without what Drydock makes beside a database, and without the time of the folder in which it makes it. */
function withoutOurs(here: Place): string {
  return only(folderState(here.root));
}

function only(state: string): string {
  return state
    .split('\n')
    .filter((line) => !line.startsWith('data/app.db.'))
    .map((line) => (line.startsWith('data ') ? 'data' : line))
    .join('\n');
}

/** No journal, no snapshot of a damaged state, no copy half made. */
function assertNothingLeft(here: Place): void {
  assert.ok(!existsSync(here.journal), 'no run journal');
  assert.deepEqual(existsSync(here.snapshots) ? readdirSync(here.snapshots) : [], []);
  const companions = readdirSync(here.data).filter((name) => /-(wal|shm|journal)$/.test(name));
  assert.deepEqual(companions, []);
}
