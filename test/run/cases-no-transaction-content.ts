/** Revisions with `transaction: false` that change content: they run on a working copy, which then takes its place. */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { drydock, type Result, startDrydock } from '../harness/drydock.ts';
import { dump, dumpWithVersion } from '../harness/dump.ts';
import { type JournalMode, testFolder } from '../harness/files.ts';
import {
  type Attack,
  assertContent,
  assertTidy,
  commandLine,
  finishStory,
  killAndFinish,
  type Staging,
  type Story,
  snapshotsOf,
  stage,
  victims,
} from '../harness/kill.ts';
import { assertRefusal } from '../harness/refusal.ts';
import { otherProcess } from '../harness/writer.ts';
import {
  contentStatements,
  contentWithoutTransaction,
  moduleWithoutTransaction,
  noTransaction,
  noTransactionModule,
  pragma,
  stagingOf,
} from './helpers-no-transaction.ts';

/** What the statements make of the database where somebody runs them by hand. */
function byHand(folder: string, story: Story, statements: readonly string[]): string {
  const copy = join(folder, 'by-hand.db');
  copyFileSync(story.database, copy);
  const db = new Database(copy);
  for (const sql of statements) db.exec(sql);
  db.close();
  return dump(copy);
}

/** The live file as it is on the disk; nothing that is not in it may count. */
function bytesOf(database: string): Buffer {
  assert.equal(existsSync(`${database}-journal`), false);
  assert.equal(statSync(`${database}-wal`, { throwIfNoEntry: false })?.size ?? 0, 0);
  return readFileSync(database);
}

function assertNothingWasRestored(database: string, result: Result): void {
  assert.ok(!result.log.some(({ phase }) => phase === 'restore'));
  assert.deepEqual(
    snapshotsOf(database).map(({ manifest }) => manifest.reason),
    ['upgrade'],
  );
}

const third = 'INSERT INTO nowhere VALUES (1);';
const failing: readonly [form: string, staging: Staging, says: RegExp][] = [
  [
    'SQL',
    stagingOf('failing sql', {
      '003.sql': noTransaction(
        '003_fails',
        '002_weighted_sentiment',
        [...contentStatements.slice(0, 2), third].join('\n'),
      ),
    }),
    /003_fails failed at \S+003\.sql:\d+: .*nowhere/,
  ],
  [
    'a module',
    stagingOf('failing module', {
      '003.ts': noTransactionModule('003_fails', '002_weighted_sentiment', [...contentStatements.slice(0, 2), third]),
    }),
    /003_fails failed .*003\.ts.*nowhere/,
  ],
  [
    'another page size beside other statements',
    stagingOf('page size', {
      '003.sql': noTransaction(
        '003_fails',
        '002_weighted_sentiment',
        ['PRAGMA page_size = 8192;', 'VACUUM;', ...contentStatements].join('\n'),
      ),
    }),
    /changes the journal mode or the page size beside other statements/,
  ],
];

type Failing = Pick<Story, 'database' | 'command' | 'migrations'>;

async function assertFailsUntouched(story: Failing, says: RegExp): Promise<void> {
  const before = bytesOf(story.database);
  const result = await drydock(commandLine(story));
  assertRefusal(result, 20, says, /The database is unchanged \(rolled back, and compared with snapshot \S+\)/);
  assert.ok(bytesOf(story.database).equals(before), 'not one byte of the live file is another');
  assertTidy(story.database);
  assertNothingWasRestored(story.database, result);
}

/** SQLite answers 'locked' for as long as the other side holds a lock, which is a moment here. */
async function untilItSucceeds(attempt: () => Promise<unknown>): Promise<void> {
  for (;;) {
    try {
      await attempt();
      return;
    } catch (error) {
      if (!/locked/.test(String(error))) throw error;
    }
  }
}

const failAttacks: readonly Attack[] = failing.map(([form, staging, says]) => ({
  name: `all or nothing: the live file is not touched by one that fails: ${form}`,
  ...(form !== 'SQL' ? {} : { quick: 'wal' as const }),
  run: async (t, mode) => assertFailsUntouched(await staging(testFolder(t), mode), says),
}));

const points = [
  ['phase:migrate', 'old'],
  ['engine:step:1', 'old'],
  ['engine:step:2', 'old'],
  ['phase:commit', 'old'],
  ['engine:before-replace', 'old'],
  ['engine:replaced', 'new'],
  ['phase:verify', 'new'],
] as const;

const quickKills: Readonly<Record<string, JournalMode>> = {
  'engine engine:step:2': 'delete',
  'both engine:replaced': 'delete',
  'engine engine:replaced': 'wal',
};

const killAttacks: readonly Attack[] = points.flatMap(([at, content], index) =>
  victims.map((victim, turn) => {
    const quick = quickKills[`${victim} ${at}`];
    return {
      name: `all or nothing: SIGKILL of ${victim} at ${at} of a run on a working copy`,
      ...(quick !== undefined && { quick }),
      modes: [quick ?? ((index + turn) % 2 === 0 ? 'delete' : 'wal')],
      run: async (t, mode) => {
        await killAndFinish(await stage(t, contentWithoutTransaction, mode), { at, victim, content });
      },
    };
  }),
);

export const contentAttacks: readonly Attack[] = [
  ...failAttacks,
  ...killAttacks,
  {
    name: 'all or nothing: what they do is done in full, by a module as by SQL',
    quick: 'wal',
    run: async (t, mode) => {
      const story = await stage(t, moduleWithoutTransaction, mode);
      const expected = byHand(testFolder(t), story, contentStatements);
      await finishStory(story);
      assert.equal(dump(story.database), expected);
      assert.equal(pragma(story.database, 'journal_mode'), mode);
    },
  },
  {
    name: 'no lost write: a commit of another process before the working copy takes its place',
    quick: 'delete',
    modes: ['delete'],
    run: async (t, mode) => {
      const story = await stage(t, contentWithoutTransaction, mode);
      const run = startDrydock(commandLine(story), { pauseAt: 'phase:commit' });
      await run.reached();
      const other = await otherProcess(story.database, 0);
      t.after(() => other.end());
      await other.run('BEGIN');
      await other.run('SELECT count(*) FROM comments');
      run.goOn();
      // The write lock is given up for the exchange, and this reader keeps the exchange from having it.
      await run.logged(({ waitingFor }) => /let the commit through/.test(String(waitingFor)));
      await untilItSucceeds(() => other.run("INSERT INTO comments (comment_id) VALUES ('in the gap')"));
      await untilItSucceeds(() => other.run('COMMIT'));
      const result = await run.finished;

      assertRefusal(result, 11, /Another process wrote to/, /The database is unchanged/, /Run again/);
      assert.deepEqual(await other.run("SELECT comment_id FROM comments WHERE comment_id = 'in the gap'"), [
        { comment_id: 'in the gap' },
      ]);
      await other.run("DELETE FROM comments WHERE comment_id = 'in the gap'");
      await other.end();
      assertContent(dumpWithVersion(story.database), story, 'old');
      assertTidy(story.database);
      await finishStory(story);
    },
  },
];
