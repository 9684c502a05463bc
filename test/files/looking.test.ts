/** What this user may not look at is never taken for absent: neither for "nothing to do" nor for an error of Drydock's. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { type Place, place } from '../harness/place.ts';
import { assertSilentRefusal } from '../harness/refusal.ts';
import { asOrdinaryUser, giveToOrdinaryUser } from '../harness/users.ts';

/** At the target, with a snapshot and a record of the run. */
async function upgraded(t: TestContext): Promise<Place> {
  t.after(() => {
    for (const folder of [`${here.database}.drydock`, here.snapshots]) {
      if (existsSync(folder)) chmodSync(folder, 0o755);
    }
  });
  const here = place(t);
  const { code, stderr } = await here.run(['upgrade']);
  assert.equal(code, 0, stderr);
  giveToOrdinaryUser(here.root);
  return here;
}

const says = (path: string) => [new RegExp(`uid \\d+\\b.*app\\.db\\.${path}.*\\(EACCES\\)`)];

test('where the run journal may not be looked at nobody says that nothing is pending', async (t) => {
  const here = await upgraded(t);
  writeFileSync(here.journal, 'nobody can read this');
  chmodSync(`${here.database}.drydock`, 0o000);
  assertSilentRefusal(await asOrdinaryUser(here.root, ['upgrade']), 12, ...says('drydock'));
});

test('a rollback journal that may not be read may be hot, and is refused with 12', async (t) => {
  const here = await upgraded(t);
  const journal = `${here.database}-journal`;
  writeFileSync(journal, 'a transaction of another user');
  chmodSync(journal, 0o600);
  const refused = await asOrdinaryUser(here.root, ['upgrade']);
  assertSilentRefusal(refused, 12, /Permission denied for uid \d+: cannot access \S+app\.db-journal \(EACCES\)/);
});

test('what a command reads and this user may not is named, with 12', async (t) => {
  const here = await upgraded(t);
  chmodSync(`${here.database}.drydock`, 0o000);
  for (const args of [['report', '--list'], ['report'], ['unlock'], ['daemon', '--address', '127.0.0.1:0']]) {
    assertSilentRefusal(await asOrdinaryUser(here.root, args), 12, ...says('drydock'));
  }
  chmodSync(`${here.database}.drydock`, 0o755);
  chmodSync(here.snapshots, 0o000);
  for (const args of [['list'], ['verify', 'latest'], ['restore', 'latest'], ['create']]) {
    assertSilentRefusal(await asOrdinaryUser(here.root, ['snapshot', ...args]), 12, ...says('snapshots'));
  }
});

test('who held the lock is for people: an owner file that may not be read is in no run’s way', async (t) => {
  const here = await upgraded(t);
  chmodSync(`${here.database}.drydock/owner.json`, 0o000);
  const { code, stdout, stderr } = await asOrdinaryUser(here.root, ['unlock']);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /\S/);
  chmodSync(`${here.database}.drydock/runner.lock`, 0o000);
  assertSilentRefusal(await asOrdinaryUser(here.root, ['unlock']), 12, ...says('drydock/runner\\.lock'));
});
