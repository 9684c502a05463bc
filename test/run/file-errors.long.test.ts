/** A call of the supervisor fails as the system may have it fail: the ending tells the truth, and the next start goes on. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { place } from '../harness/place.ts';
import { assertRefusal } from '../harness/refusal.ts';
import { asOrdinaryUser, giveToOrdinaryUser } from '../harness/users.ts';
import { needs, smallVolume } from '../harness/volumes.ts';

test(
  'honest exit: what root could not write on a full disk is in nobody’s way',
  needs('mount', 'umount'),
  async (t) => {
    const volume = smallVolume(t, 8 * 1024 * 1024);
    const here = place(t, { root: volume.path });
    giveToOrdinaryUser(here.root);
    const created = await asOrdinaryUser(here.root, ['snapshot', 'create']);
    assert.equal(created.code, 0, created.stderr);
    volume.fill();
    assertRefusal(await here.run(['upgrade']), 12, /^The volume failed during the run: ENOSPC/);
    volume.free();
    const next = await asOrdinaryUser(here.root, ['upgrade']);
    assert.equal(next.code, 0, next.stderr);
  },
);

test('honest exit: what a run of root that was killed left half written is in nobody’s way', needs(), async (t) => {
  const here = place(t);
  mkdirSync(`${here.database}.drydock`);
  giveToOrdinaryUser(here.root);
  for (const name of ['owner.json', 'run.json'])
    writeFileSync(`${here.database}.drydock/${name}.tmp`, '{', { mode: 0o600 });
  const next = await asOrdinaryUser(here.root, ['upgrade']);
  assert.equal(next.code, 0, next.stderr);
});
