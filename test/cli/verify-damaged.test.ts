/** A damaged database: verify says what state it is in and which command leads back, and that command does. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { breakLeafOf, makeIndexLie, replaceByText } from '../harness/damage.ts';
import { type Place, place, placeWithSnapshot } from '../harness/place.ts';
import { missingTools } from '../harness/tools.ts';

const damages: Readonly<Record<string, (here: Place) => void>> = {
  'a page of a table': ({ database }) => breakLeafOf(database, 'items'),
  'an index that disagrees with its table': ({ database }) => makeIndexLie(database, 'items_name', 'item 1'),
  'a file of text': ({ database }) => replaceByText(database),
};

/** The commands of a message, as a shell takes them. */
function commandsIn(next: string): readonly (readonly string[])[] {
  return [...next.matchAll(/`drydock ([^`]*)`/g)].map(([, words = '']) => words.split(' '));
}

for (const [what, damage] of Object.entries(damages)) {
  test(`a proven way back: verify of a database with ${what} names the snapshot and the command to go back to it`, async (t) => {
    const here = await placeWithSnapshot(t);
    damage(here);
    const text = await here.run(['verify']);
    assert.equal(text.code, 13);
    const said = `${text.stdout}${text.error}`;
    assert.match(said, /changed/);
    const result = (await here.run(['verify', '--json'])).json<{ next?: string; error?: { next: string } }>();
    const next = result.next ?? result.error?.next ?? '';
    assert.ok(said.includes(next), said);
    const [restore = [], list = []] = commandsIn(next);
    assert.equal((await here.run(list)).code, 0);
    const restored = await here.run([...restore, '--yes']);
    assert.equal(restored.code, 0, restored.stderr);
    assert.equal((await here.run(['verify'])).code, 0);
  });
}

test('without a snapshot, verify of a database with a damaged page says how to salvage what can be read', async (t) => {
  const here = place(t);
  breakLeafOf(here.database, 'items');
  const { next } = (await here.run(['verify', '--json'])).json<{ next: string }>();
  assert.deepEqual(commandsIn(next), []);
  const [, salvage = ''] = /`(sqlite3 [^`]*)`/.exec(next) ?? [];
  if (missingTools(['sqlite3']) !== undefined) return;
  execFileSync('sh', ['-c', salvage], { cwd: here.root, stdio: ['ignore', 'ignore', 'ignore'] });
  const salvaged = new Database(join(here.root, 'salvaged.db'), { fileMustExist: true });
  t.after(() => salvaged.close());
  const rows = Number(salvaged.prepare('SELECT count(*) FROM items').pluck().get());
  assert.ok(rows > 1000 && rows <= 2000, `${rows} rows`);
});
