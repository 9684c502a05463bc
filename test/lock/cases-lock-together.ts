/** Many runners on one database at once: each revision is applied once, and every runner ends well. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { drydock, type Result, startDrydock } from '../harness/drydock.ts';
import { integrity, versions } from '../harness/dump.ts';
import {
  bundledMigrations,
  createDatabase,
  type JournalMode,
  journalModes,
  productionDatabase,
  testFolder,
} from '../harness/files.ts';
import { assertNothingLeft, history, type Part } from '../harness/scene.ts';

const all = [
  'up 001_initial done',
  'up 002_weighted_sentiment done',
  'up 003_engagement_score done',
  'up 004_indexes done',
  'up 005_ingest_source done',
  'up 006_post_url_text done',
  'up 007_entity_tracking done',
];
const since002 = all.slice(2);

/** By default from one start, and with one of the two dying; in the rest the others. */
export function togetherTests(part: Part): void {
  for (const mode of journalModes) {
    if (part === 'default') {
      test(`one at a time: eight upgrades at once from 002 (${mode})`, async (t) => {
        const database = productionDatabase(testFolder(t), mode);
        const results = await Promise.all(Array.from({ length: 8 }, () => drydock(upgrade(database))));
        assertTogether(database, results, since002);
      });
    } else {
      test(`one at a time: eight upgrades at once from nothing (${mode})`, async (t) => {
        const database = empty(t, mode);
        const results = await Promise.all(Array.from({ length: 8 }, () => drydock(upgrade(database))));
        assertTogether(database, results, all);
      });
    }
    for (const victim of [part === 'default' ? 'engine' : 'supervisor'] as const) {
      test(`one at a time: eight upgrades at once, the ${victim} of one SIGKILLed in the middle (${mode})`, async (t) => {
        const database = productionDatabase(testFolder(t), mode);
        const first = startDrydock(upgrade(database), { pauseAt: 'engine:step:1' });
        const engine = await first.reached();
        const others = Array.from({ length: 7 }, () => startDrydock(upgrade(database)));
        await Promise.all(others.map(({ logged }) => logged((line) => /another Drydock run/.test(String(line.msg)))));

        process.kill(victim === 'engine' ? engine : Number(first.process.pid), 'SIGKILL');
        const dead = await first.finished;
        const results = await Promise.all(others.map(({ finished }) => finished));

        if (victim === 'engine') assert.equal(dead.code, 20, dead.stderr);
        else assert.equal(dead.signal, 'SIGKILL');
        assertTogether(database, results, since002);
      });
    }
  }
}

function upgrade(database: string): string[] {
  return ['upgrade', '--json', '--database', database, '--migrations', bundledMigrations];
}

function empty(t: TestContext, mode: JournalMode): string {
  return createDatabase(join(testFolder(t), 'app.db'), mode, 'PRAGMA user_version = 1');
}

function assertTogether(database: string, results: readonly Result[], applied: readonly string[]): void {
  for (const { code, stderr } of results) assert.equal(code, 0, stderr);
  const outcomes = results.map((result) => result.json()['outcome']).sort();
  assert.deepEqual(outcomes, ['done', ...results.slice(1).map(() => 'nothing-pending')]);
  assert.deepEqual(history(database), applied);
  assert.deepEqual(versions(database), ['007_entity_tracking']);
  assert.equal(integrity(database), 'ok');
  assertNothingLeft({ database });
  assert.ok(existsSync(`${database}.drydock/owner.json`));
}
