/** `latest` is the newest snapshot. Where that one cannot be used, an older one is never taken in its place in silence. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertSilentRefusal, folderState } from '../harness/refusal.ts';
import { restorable } from '../harness/restorable.ts';
import { nothingChanged } from '../harness/sentences.ts';
import { type Stock, stocked } from './helpers-latest-snapshot.ts';

interface Spoilt {
  readonly what: string;
  readonly spoil: (it: Stock) => void;
  readonly says: RegExp;
}

const spoilt: readonly Spoilt[] = [
  { what: 'no manifest', spoil: ({ manifest }) => rmSync(manifest), says: /cannot be read \(ENOENT\)/ },
  {
    what: 'half a manifest',
    spoil: ({ manifest }) => truncateSync(manifest, Math.floor(statSync(manifest).size / 2)),
    says: /is not a snapshot manifest/,
  },
  { what: 'an empty manifest', spoil: ({ manifest }) => truncateSync(manifest), says: /is not a snapshot manifest/ },
  {
    what: 'a manifest of garbage',
    spoil: ({ manifest }) => writeFileSync(manifest, '\u0000\n{'),
    says: /is not a snapshot manifest/,
  },
  {
    what: 'the manifest of another snapshot',
    spoil: ({ manifest, snapshots, id }) => copyFileSync(join(snapshots, `${id}.json`), manifest),
    says: /is the manifest of another snapshot/,
  },
  {
    what: 'a manifest of a newer format',
    spoil: edit((manifest) => ({ ...manifest, format: 2 })),
    says: /is not a snapshot manifest \(format/,
  },
  {
    what: 'a manifest that calls it damaged',
    spoil: edit((manifest) => ({ ...manifest, integrity: 'damaged' })),
    says: /was damaged when it was taken/,
  },
  {
    what: 'a manifest of another size',
    spoil: edit((manifest) => ({ ...manifest, bytes: 1 })),
    says: /has changed since it was taken: it has [\d,]+ bytes, and its manifest says 1/,
  },
  { what: 'no file', spoil: ({ file }) => rmSync(file), says: /is missing, but its manifest is still there/ },
  { what: 'a file of no bytes', spoil: ({ file }) => truncateSync(file), says: /it has 0 bytes/ },
  {
    what: 'a file that was cut short',
    spoil: ({ file }) => truncateSync(file, 4096),
    says: /has changed since it was taken: it has 4,096 bytes/,
  },
  { what: 'a folder for a file', spoil: inPlaceOfFile(({ file }) => mkdirSync(file)), says: /is a directory/ },
  {
    what: 'a FIFO for a file',
    spoil: inPlaceOfFile(({ file }) => execFileSync('mkfifo', [file])),
    says: /is a special file/,
  },
  {
    what: 'a link for a file',
    spoil: inPlaceOfFile(({ file, snapshots, id }) => symlinkSync(join(snapshots, `${id}.db`), file)),
    says: /is a symbolic link/,
  },
];

test('a proven way back: latest is refused if the newest snapshot cannot be used, and is never an older one', async (t) => {
  const it = await stocked(t);
  const aside = join(it.root, 'aside');
  cpSync(it.snapshots, aside, { recursive: true });
  for (const { what, spoil, says } of spoilt) {
    await t.test(`it has ${what}`, async () => {
      spoil(it);
      const before = folderState(it.root);
      for (const verb of ['verify', 'restore']) {
        const refused = await it.run(['snapshot', verb, 'latest']);
        assertSilentRefusal(refused, 12, says, new RegExp(it.newest), nothingChanged);
        assert.ok(refused.error.endsWith(`\`drydock snapshot restore ${it.id}\`.`), refused.error);
      }
      assert.equal(folderState(it.root), before);
    });
    rmSync(it.snapshots, { recursive: true });
    cpSync(aside, it.snapshots, { recursive: true });
  }
});

test('a proven way back: a beginning of an id that an unusable snapshot has too names none of the two', async (t) => {
  const it = await stocked(t);
  rmSync(it.manifest);
  assertSilentRefusal(await it.run(['snapshot', 'restore', '2']), 2, /More than one/, new RegExp(it.newest));
});

test('honest exit: latest without any snapshot is not taken for the beginning of an id', async (t) => {
  const it = await restorable(t, 'delete');
  rmSync(it.snapshots, { recursive: true });
  for (const verb of ['verify', 'restore']) {
    const refused = await it.run(['snapshot', verb, 'latest']);
    assertSilentRefusal(refused, 2, /^There are no snapshots in \S+app\.db\.snapshots\./, /drydock snapshot create/);
  }
  assert.equal((await it.run(['snapshot', 'create'])).code, 0);
  assert.equal((await it.run(['snapshot', 'verify', 'latest'])).code, 0);
});

test('honest exit: snapshot list says when a snapshot was checked, and that it has changed since', async (t) => {
  const it = await stocked(t);
  const before = await it.run(['snapshot', 'list']);
  for (const id of [it.id, it.newest]) assert.match(before.stdout, new RegExp(`${id} .* ok, when taken`));
  truncateSync(it.file, 4096);
  writeFileSync(join(it.snapshots, `${it.id}.db-journal`), 'a transaction');
  const { stdout } = await it.run(['snapshot', 'list']);
  assert.match(stdout, new RegExp(`${it.newest} .* changed since`));
  assert.match(
    stdout,
    new RegExp(`Not usable: snapshot ${it.newest} has changed since it was taken: it has 4,096 bytes`),
  );
  assert.match(stdout, new RegExp(`${it.id} .* stray file beside it`));
  const { snapshots } = (await it.run(['snapshot', 'list', '--json'])).json<{
    snapshots: { createdAt: string; checkedAt: string; integrity: string; problem: { seen: string } }[];
  }>();
  assert.deepEqual(
    snapshots.map(({ integrity, problem }) => [integrity, problem.seen]),
    [
      ['ok', 'stray file beside it'],
      ['ok', 'changed since'],
    ],
  );
  for (const { createdAt, checkedAt } of snapshots) assert.equal(checkedAt, createdAt);
  const doctor = await it.run(['doctor']);
  assert.match(doctor.stdout, new RegExp(`${it.newest}\\.db has changed since`));
});

function edit(change: (manifest: Record<string, unknown>) => Record<string, unknown>): (it: Stock) => void {
  return ({ manifest }) => {
    const now = JSON.parse(readFileSync(manifest, 'utf8')) as Record<string, unknown>;
    writeFileSync(manifest, JSON.stringify(change(now)));
  };
}

function inPlaceOfFile(make: (it: Stock) => void): (it: Stock) => void {
  return (it) => {
    rmSync(it.file);
    make(it);
  };
}
