/** Files and database that do not belong together: told apart from what only looks like it. */

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { dumpWithVersion, versions } from '../harness/dump.ts';
import { itemsAt001, itemsRevisions, type Place, place } from '../harness/place.ts';
import { assertSilentRefusal, folderState } from '../harness/refusal.ts';
import { nothingPending } from '../harness/sentences.ts';

const file = (here: Place) => join(here.migrations, '002_stock.sql');
const edit = (here: Place, change: (text: string) => string) =>
  writeFileSync(file(here), change(readFileSync(file(here), 'utf8')));

async function upgraded(here: Place): Promise<Place> {
  const result = await here.run(['upgrade']);
  assert.equal(result.code, 0, result.stderr);
  return here;
}

test('honest exit: an applied revision that was edited is refused with 4, named, with the ways out', async (t) => {
  const here = await upgraded(place(t));
  edit(here, (text) => text.replace('DEFAULT 0', 'DEFAULT 1'));
  const before = folderState(here.root);
  for (const args of [['upgrade'], ['downgrade', 'base']]) {
    const says = [
      /002_stock\.sql was edited/,
      /unchanged/,
      /Put the text back/,
      /new revision/,
      /drydock stamp current/,
    ];
    assertSilentRefusal(await here.run(args), 4, ...says);
  }
  const verify = await here.run(['verify']);
  assert.equal(verify.code, 4);
  assert.match(verify.stdout, /002_stock\.sql was edited after it was applied/);
  assert.equal(folderState(here.root), before);
});

for (const address of ['current', 'head', '002_stock']) {
  test(`honest exit: after drydock stamp ${address} an edited revision is accepted, and nothing else changed`, async (t) => {
    const here = await upgraded(place(t));
    const content = dumpWithVersion(here.database);
    edit(here, (text) => `${text}-- a remark\n`);
    assert.equal((await here.run(['upgrade'])).code, 4);
    const stamp = await here.run(['stamp', address]);
    assert.equal(stamp.code, 0, stamp.stderr);
    assert.equal(dumpWithVersion(here.database), content);
    const result = await here.run(['upgrade']);
    assert.equal(result.code, 0, result.stderr);
    assert.match(result.stdout, nothingPending);
    assert.equal((await here.run(['verify'])).code, 0);
  });
}

test('honest exit: an edited revision that is put back as it was is no longer edited', async (t) => {
  const here = await upgraded(place(t));
  const text = readFileSync(file(here), 'utf8');
  edit(here, (then) => `${then}-- a remark\n`);
  assert.equal((await here.run(['upgrade'])).code, 4);
  writeFileSync(file(here), text);
  assert.equal((await here.run(['upgrade'])).code, 0);
});

test('honest exit: a pending revision may be edited', async (t) => {
  const here = place(t);
  edit(here, (text) => text.replace('DEFAULT 0', 'DEFAULT 1'));
  assert.equal((await here.run(['upgrade'])).code, 0);
  assert.deepEqual(versions(here.database), ['002_stock']);
});

const sameText: readonly [string, (text: string) => string][] = [
  ['CRLF line endings', (text) => text.replaceAll('\n', '\r\n')],
  ['CR line endings', (text) => text.replaceAll('\n', '\r')],
  ['a BOM', (text) => `\uFEFF${text}`],
  ['a BOM and CRLF line endings', (text) => `\uFEFF${text.replaceAll('\n', '\r\n')}`],
];

for (const [what, change] of sameText) {
  test(`honest exit: ${what} are not an edit, applied or pending`, async (t) => {
    const here = await upgraded(place(t));
    edit(here, change);
    const again = await here.run(['upgrade']);
    assert.equal(again.code, 0, again.stderr);
    assert.equal((await here.run(['verify'])).code, 0);

    const other = place(t);
    edit(other, change);
    await upgraded(other);
    assert.equal(dumpWithVersion(other.database), dumpWithVersion(here.database));
  });
}

test('honest exit: a revision that Alembic applied has no checksum on record and is not called edited', async (t) => {
  const here = place(t);
  writeFileSync(
    join(here.migrations, '001_items.sql'),
    `${itemsRevisions['001_items.sql'] ?? ''}-- edited, and nobody knows\n`,
  );
  assert.equal((await upgraded(here)).database, here.database);
});

test('honest exit: a database at a revision that no file has is shown by current and history, and nothing is written', async (t) => {
  const here = place(t, { sql: itemsAt001.replace("'001_items'", "'009_newer'") });
  const before = folderState(here.root);
  const current = await here.run(['current']);
  assert.equal(current.code, 0, current.stderr);
  assert.match(current.stdout, /009_newer/);
  assert.deepEqual((await here.run(['current', '--json'])).json()['current'], ['009_newer']);
  const history = await here.run(['history']);
  assert.equal(history.code, 0, history.stderr);
  assert.match(history.stdout, /001_items/);
  const verify = await here.run(['verify']);
  assert.equal(verify.code, 4);
  assert.match(verify.stdout, /no revision file has 009_newer/);
  assert.equal(folderState(here.root), before);
});

test('one at a time: an owner file of garbage is as good as none', async (t) => {
  const here = place(t);
  mkdirSync(dirname(here.journal));
  writeFileSync(join(dirname(here.journal), 'owner.json'), '\u0000 not json');
  await upgraded(here);
  assert.deepEqual(versions(here.database), ['002_stock']);
});
