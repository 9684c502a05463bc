/** A page of the live file goes bad right after the commit. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { follow } from '../harness/advice.ts';
import { drydock, startDrydock } from '../harness/drydock.ts';
import { dumpWithVersion, integrity } from '../harness/dump.ts';
import type { JournalMode } from '../harness/files.ts';
import {
  type Attack,
  assertContent,
  assertTidy,
  assertWayBack,
  commandLine,
  finishStory,
  gone,
  killAt,
  overwritePage,
  rootPage,
  rotPage,
  type Story,
  snapshotsOf,
  stage,
  upgradeOfProduction,
} from '../harness/kill.ts';
import { assertRefusal } from '../harness/refusal.ts';
import { otherProcess } from '../harness/writer.ts';

const newRow = `INSERT INTO entity_tracking (comment_id, entity_name, entity_type) VALUES ('9906851fa2b1d316', 'a', 'show')`;

/** Stops an upgrade that has just committed; the caller goes on from there. */
async function committedUpgrade(t: Parameters<typeof stage>[0], mode: JournalMode) {
  const story = await stage(t, upgradeOfProduction, mode);
  const run = startDrydock(commandLine(story), { pauseAt: 'phase:verify' });
  await run.reached();
  return { story, run, page: rootPage(story.database, 'comments') };
}

type Committed = Awaited<ReturnType<typeof committedUpgrade>>;

async function killBoth({ run }: Committed): Promise<void> {
  const engine = await run.enginePid();
  run.process.kill('SIGKILL');
  process.kill(engine, 'SIGKILL');
  await run.finished;
  await gone(engine);
}

async function commitFromOutside(database: string): Promise<void> {
  const other = await otherProcess(database, 5000);
  await other.run(newRow);
  await other.end();
}

/** The damaged state is among the snapshots, apart from the first page with its bookkeeping. */
function assertKept({ database }: Story, damaged: Buffer): void {
  const replaced = snapshotsOf(database).filter(({ manifest }) => manifest.reason === 'replaced');
  assert.equal(replaced.length, 1);
  assert.ok(replaced.every(({ path }) => readFileSync(path).subarray(4096).equals(damaged.subarray(4096))));
}

async function assertRowIsThere(database: string): Promise<void> {
  const other = await otherProcess(database, 5000);
  assert.deepEqual(await other.run("SELECT entity_name FROM entity_tracking WHERE entity_type = 'show'"), [
    { entity_name: 'a' },
  ]);
  await other.end();
}

export const damageAttacks: readonly Attack[] = [
  {
    name: 'a proven way back: damage after the commit is found and undone',
    quick: 'delete',
    run: async (t, mode) => {
      const { story, run, page } = await committedUpgrade(t, mode);
      overwritePage(story.database, page);
      const damaged = readFileSync(story.database);
      run.goOn();
      const restored = await run.finished;

      assertRefusal(restored, 22, /verification after the commit/, /put back and verified/, /kept in \S+\.db\./);
      assertContent(dumpWithVersion(story.database), story, 'old');
      assertTidy(story.database);
      await assertWayBack(story);
      assertKept(story, damaged);
    },
  },
  {
    name: 'no lost write: damage after the commit is not undone where others have written since',
    quick: 'wal',
    run: async (t, mode) => {
      const { story, run, page } = await committedUpgrade(t, mode);
      overwritePage(story.database, page);
      await commitFromOutside(story.database);
      run.goOn();
      const notRestored = await run.finished;

      assertRefusal(notRestored, 24, /verification after the commit/, /Others have written since/, /snapshot restore/);
      await assertRowIsThere(story.database);
      await assertWayBack(story);
      await follow(dirname(story.database), notRestored.error);
    },
  },
  {
    name: 'a proven way back: damage after the commit, SIGKILL of both, the next start undoes it',
    quick: 'wal',
    run: async (t, mode) => {
      const committed = await committedUpgrade(t, mode);
      const { story, page } = committed;
      rotPage(story.database, page);
      await killBoth(committed);
      const restored = await drydock(commandLine(story));

      assertRefusal(restored, 22, /verification after the commit/, /put back and verified/, /kept in \S+\.db\./);
      assertContent(dumpWithVersion(story.database), story, 'old');
      assertTidy(story.database);
      await finishStory(story);
    },
  },
  {
    name: 'no lost write: damage, a write of another process, SIGKILL of both: nothing is undone',
    quick: 'delete',
    run: async (t, mode) => {
      const committed = await committedUpgrade(t, mode);
      const { story, page } = committed;
      rotPage(story.database, page);
      await commitFromOutside(story.database);
      await killBoth(committed);
      const notRestored = await drydock(commandLine(story));

      assertRefusal(
        notRestored,
        24,
        /interrupted run \S+ had committed/,
        /Others may have written since/,
        /snapshot restore/,
      );
      await assertRowIsThere(story.database);
      await assertWayBack(story);
      await follow(dirname(story.database), notRestored.error);
    },
  },
  {
    name: 'a proven way back: the start that undoes damage is killed twice itself',
    run: async (t, mode) => {
      const committed = await committedUpgrade(t, mode);
      const { story, page } = committed;
      rotPage(story.database, page);
      const damaged = readFileSync(story.database);
      await killBoth(committed);
      await killAt(commandLine(story), 'engine:copied', 'both');
      assert.notEqual(integrity(story.database), 'ok', 'nothing is restored yet');
      await killAt(commandLine(story), 'engine:replaced', 'both');
      assertContent(dumpWithVersion(story.database), story, 'old');
      const { stdout } = await finishStory(story);
      assert.match(stdout, /^Recovered first: run .*interrupted while restoring.*was put back/m);
      assertKept(story, damaged);
    },
  },
];
