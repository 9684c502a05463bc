/** Kills a run at a place with a name, looks at what it left, and sees the next start finish the story. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { codeOf } from '../../src/errors.ts';
import { layoutFor } from '../../src/files/layout.ts';
import { listSnapshots, type Snapshot } from '../../src/snapshots/catalog.ts';
import { drydock, type Options, type Result, type Running, startDrydock } from './drydock.ts';
import { contentAsLeft, dumpWithVersion, integrity } from './dump.ts';
import {
  bothJournalModes,
  bundledMigrations,
  copyMade,
  type JournalMode,
  productionDatabase,
  testFolder,
} from './files.ts';
import { assertRefusal } from './refusal.ts';

/** One attack, which is tried in both journal modes unless it says otherwise. */
export interface Attack {
  /** Begins with the promise that it attacks. */
  readonly name: string;
  /** The mode in which it is part of `npm test`; a long test has the other one, or both. */
  readonly quick?: JournalMode;
  readonly modes?: readonly JournalMode[];
  readonly run: (t: TestContext, mode: JournalMode) => Promise<void>;
}

/** Makes tests of those attacks that belong to `npm test`, or of all others. */
export function describeAttacks(title: string, attacks: readonly Attack[], which: 'quick' | 'others'): void {
  describe(title, { concurrency: 2 }, () => {
    for (const { name, quick, modes = bothJournalModes, run } of attacks) {
      const tried = bothJournalModes.filter((mode) => modes.includes(mode));
      for (const mode of tried.filter((one) => (one === quick) === (which === 'quick'))) {
        test(`${name} (${mode})`, { timeout: 600_000 }, (t) => run(t, mode));
      }
    }
  });
}

export type Victim = 'supervisor' | 'engine' | 'both';
export const victims: readonly Victim[] = ['supervisor', 'engine', 'both'];

/** A database before a run, the run, and what the run makes of it where nobody disturbs it. */
export interface Story {
  readonly database: string;
  readonly command: readonly string[];
  readonly migrations: string;
  /** Content and alembic_version, before and after. */
  readonly old: string;
  readonly new: string;
  /** The history after it: revision, direction and result of each row. */
  readonly newHistory: readonly string[];
}

export type Staging = (
  folder: string,
  mode: JournalMode,
) => Promise<Pick<Story, 'database' | 'command' | 'migrations'>>;

/** The production database, from 002 to the head of the bundled migrations. */
export const upgradeOfProduction: Staging = async (folder, mode) => ({
  database: productionDatabase(folder, mode),
  command: ['upgrade'],
  migrations: bundledMigrations,
});

/** The same database at the head, and back to 002. */
export const downgradeOfProduction: Staging = async (folder, mode) => {
  await copyMade(folder, `upgraded ${mode}`, async (original) =>
    assertDone(await drydock(commandLine(await upgradeOfProduction(original, mode)))),
  );
  return {
    database: join(folder, 'et_intelligence.db'),
    command: ['downgrade', '002_weighted_sentiment', '--yes'],
    migrations: bundledMigrations,
  };
};

const references = new Map<string, Promise<Pick<Story, 'new' | 'newHistory'>>>();

/** Sets the stage; the ending that nobody disturbs is found out once for each stage and journal mode. */
export async function stage(t: TestContext, staging: Staging, mode: JournalMode): Promise<Story> {
  const staged = await staging(testFolder(t), mode);
  const key = `${staging.name} ${mode}`;
  const reference = references.get(key) ?? undisturbed(staging, mode);
  references.set(key, reference);
  return { ...staged, old: dumpWithVersion(staged.database), ...(await reference) };
}

async function undisturbed(staging: Staging, mode: JournalMode): Promise<Pick<Story, 'new' | 'newHistory'>> {
  const folder = mkdtempSync(join(process.env['TEST_TMPDIR'] ?? tmpdir(), 'drydock-reference-'));
  try {
    const staged = await staging(folder, mode);
    assertDone(await drydock(commandLine(staged)));
    return { new: dumpWithVersion(staged.database), newHistory: historyOf(staged.database) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function commandLine({ database, command, migrations }: Pick<Story, 'database' | 'command' | 'migrations'>) {
  return [...command, '--database', database, '--migrations', migrations];
}

/** A place to kill a run at, with the content that the database must have then. */
export interface KillPoint {
  readonly at: string;
  readonly content: 'old' | 'new';
}

/** Every place at which a run with something pending can be stopped, in order; those of an engine paused in a step last. */
export const killPoints: readonly KillPoint[] = [
  ...['preflight', 'lock', 'recover', 'hold', 'pending', 'snapshot', 'inspect', 'migrate', 'check', 'commit'].map(
    (phase) => ({ at: `phase:${phase}`, content: 'old' as const }),
  ),
  ...['verify', 'retain', 'unlock'].map((phase) => ({ at: `phase:${phase}`, content: 'new' as const })),
  ...['copied', 'step:0', 'step:2', 'before-commit'].map((point) => ({
    at: `engine:${point}`,
    content: 'old' as const,
  })),
  { at: 'engine:after-commit', content: 'new' },
  // The snapshot is not proven yet, while the revisions run.
  { at: 'inspector:measure', content: 'old' },
];

/** Where nobody has found the database sound yet, which 20 would say of it. */
const beforeProof = ['phase:hold', 'phase:pending', 'phase:snapshot', 'engine:copied'];

/** Where an upgrade has no engine yet, or none any more. */
const phasesWithoutEngine = ['phase:preflight', 'phase:lock', 'phase:recover', 'phase:unlock'];

/** Every kill there is: where there is no engine, only the supervisor can be killed. */
export const kills: readonly (KillPoint & { readonly victim: Victim })[] = killPoints.flatMap((point) =>
  victims
    .filter((victim) => victim === 'supervisor' || !phasesWithoutEngine.includes(point.at))
    .map((victim) => ({ ...point, victim })),
);

/**
 * Kills a run and has the next one finish: the database is wholly the old or wholly the new when it is dead, and as if
 * nothing had happened at the end.
 */
export async function killAndFinish(
  story: Story,
  { at, content, victim }: KillPoint & { victim: Victim },
): Promise<void> {
  const killed = await killAt(commandLine(story), at, victim);
  assertContent(contentAsLeft(story.database), story, content);
  if (victim === 'engine') {
    assertEngineLost(killed, content === 'new' ? 'committed' : beforeProof.includes(at) ? 'not proven' : 'proven');
    assertTidy(story.database);
  }
  await finishStory(story);
}

/** Kills at a fault point, and waits until nothing of the run is left. */
export async function killAt(args: readonly string[], point: string, victim: Victim): Promise<Result> {
  const run = startDrydock(args, { pauseAt: point });
  const pids = await processesAt(run, point);
  await kill(run, pids, victim);
  // A supervisor that lost its engine is let go on; the folder of one that was killed is gone.
  if (victim === 'engine') run.goOn();
  const result = await run.finished;
  if (pids.engine !== undefined) await gone(pids.engine);
  if (victim !== 'engine') assert.equal(result.signal, 'SIGKILL', result.stderr);
  return result;
}

interface Processes {
  readonly supervisor: number;
  /** undefined where the run has no engine at that point. */
  readonly engine: number | undefined;
}

async function processesAt(run: Running, point: string): Promise<Processes> {
  const paused = await run.reached();
  const { pid: supervisor } = run.process;
  assert.ok(supervisor !== undefined);
  if (point.startsWith('engine:')) return { supervisor, engine: paused };
  const hasEngine = !phasesWithoutEngine.includes(point);
  return { supervisor, engine: hasEngine ? await run.enginePid() : undefined };
}

async function kill(run: Running, { supervisor, engine }: Processes, victim: Victim): Promise<void> {
  // The engine first: one that is idle ends itself as soon as its supervisor is gone.
  if (victim !== 'supervisor' && engine !== undefined) process.kill(engine, 'SIGKILL');
  if (victim !== 'engine') process.kill(supervisor, 'SIGKILL');
  if (victim === 'engine') {
    assert.ok(engine !== undefined, 'there is no engine to kill');
    await gone(engine);
  } else {
    await run.finished;
  }
}

/** Waits for the end of a process that may be anybody's child. */
export async function gone(pid: number): Promise<void> {
  for (const started = Date.now(); isAlive(pid); await setTimeout(5)) {
    assert.ok(Date.now() - started < 60_000, `process ${pid} lives on without its supervisor`);
  }
}

function isAlive(pid: number): boolean {
  try {
    // The state is what follows the name in parentheses (proc_pid_stat(5)); nobody may be there to reap a zombie.
    const state = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.charAt(0);
    return state !== 'Z' && state !== 'X';
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ESRCH') return false;
    throw error;
  }
}

/** Asserts that the content is wholly the one of the two that it should be. */
export function assertContent(found: string, story: Pick<Story, 'old' | 'new'>, expected: 'old' | 'new'): void {
  const which = found === story.old ? 'old' : found === story.new ? 'new' : 'neither the old nor the new';
  assert.equal(which, expected, 'the content');
}

/** Runs the command again after whatever happened: it must end at the same place as if nothing had happened. */
export async function finishStory(story: Story): Promise<Result> {
  const result = await drydock(commandLine(story));
  assertDone(result);
  assertFinished(story);
  await assertWayBack(story);
  return result;
}

export function assertFinished(story: Story): void {
  assertContent(dumpWithVersion(story.database), story, 'new');
  assert.deepEqual(historyOf(story.database), story.newHistory, 'each revision is applied once');
  assertTidy(story.database);
  // Only a run that came through: SQLite leaves a cold one of a killed transaction until the next.
  assert.equal(existsSync(`${story.database}-journal`), false, "none of SQLite's journals is left");
}

/** Sound, and nothing of a run in the middle is left. */
export function assertTidy(database: string): void {
  assert.equal(integrity(database), 'ok');
  const layout = layoutFor({ database });
  assert.equal(existsSync(layout.runJournal), false, 'no run journal is left');
  assert.deepEqual(temporaryFiles(database), []);
  assert.equal(existsSync(layout.workingCopy), false, 'no working copy is left');
}

function temporaryFiles(database: string): string[] {
  const { snapshots } = layoutFor({ database });
  return existsSync(snapshots) ? readdirSync(snapshots).filter((name) => name.includes('.tmp')) : [];
}

/** There is a snapshot with the old state, and Drydock proves that it is sound. */
export async function assertWayBack({ database, old }: Pick<Story, 'database' | 'old'>): Promise<Snapshot> {
  const wayBack = snapshotsOf(database).find(({ path }) => dumpWithVersion(path) === old);
  assert.ok(wayBack !== undefined, 'there is a snapshot of the old state');
  assertDone(await drydock(['snapshot', 'verify', wayBack.manifest.id, '--database', database]));
  return wayBack;
}

export function snapshotsOf(database: string): readonly Snapshot[] {
  return listSnapshots(layoutFor({ database }));
}

/** Revision, direction and result of each row of drydock_history, oldest first. */
export function historyOf(database: string): string[] {
  const db = new Database(database, { fileMustExist: true, timeout: 5000 });
  try {
    const sql = `SELECT concat_ws(' ', direction, revision, result) FROM drydock_history ORDER BY id`;
    return db.prepare<[], string>(sql).pluck().all();
  } finally {
    db.close();
  }
}

export function assertDone(result: Result): void {
  assert.equal(result.code, 0, result.stderr);
  assert.equal(result.error, '');
}

/** A run whose engine was killed says so, in one sentence, and with the code that belongs to what the data is now. */
export function assertEngineLost(result: Result, when: 'not proven' | 'proven' | 'committed'): void {
  const says = [/^The engine process was ended by SIGKILL/, /database is unchanged/, /run again\.$/];
  if (when === 'committed') assertDone(result);
  else assertRefusal(result, when === 'proven' ? 20 : 12, ...says);
}

/** Lets a signal come at a fault point, and the run go on once it has seen it. */
export async function signalAt(args: readonly string[], point: string, signal: NodeJS.Signals): Promise<Result> {
  const run = startDrydock(args, { pauseAt: point });
  await run.reached();
  run.process.kill(signal);
  await run.logged(({ msg }) => msg?.startsWith(`${signal} received`) === true);
  run.goOn();
  return run.finished;
}

/**
 * A signal comes at a fault point: before the commit the run ends with the old state, from there on it finishes first.
 * The next run ends as if nothing had happened.
 */
export async function signalAndFinish(story: Story, { at, content, signal }: SignalPoint): Promise<void> {
  const stopped = await signalAt(commandLine(story), at, signal);
  if (content === 'old') assertRefusal(stopped, 23, new RegExp(`^The run was stopped by ${signal}\\. .*unchanged`));
  else assertDone(stopped);
  assertContent(dumpWithVersion(story.database), story, content);
  assertTidy(story.database);
  await finishStory(story);
}

export interface SignalPoint extends KillPoint {
  readonly signal: NodeJS.Signals;
}

/** Where a signal may come, with what the run ends with: a commit that was ordered is finished first. */
export const signalPoints: readonly KillPoint[] = killPoints.map(({ at, content }) => ({
  at,
  content: at === 'phase:commit' || at === 'engine:before-commit' ? 'new' : content,
}));

/**
 * Options of a run whose supervisor dies in the middle of a call that changes the file system; see file-calls.ts.
 * @param call `call 3`: instead of the third of all. `linkSync a.db 1`: instead of the first that makes that file.
 *   `renamed a.json 2`: right after a file has got that name for the second time.
 */
export function dieAtFileCall(call: string): Options {
  const hook = new URL('./file-calls.ts', import.meta.url).href;
  return { env: { NODE_OPTIONS: `--import=${hook}`, DRYDOCK_FAULT_CALL: call } };
}

/** The same, but the supervisor lives, and the call ends with this error of the system. */
export function failAtFileCall(call: string, code: string): Options {
  const { env } = dieAtFileCall(call);
  return { env: { ...env, DRYDOCK_FAULT_ERROR: code } };
}

/** The same, and so does every such call after it, as on a disk that has failed. */
export function failFromFileCall(call: string, code: string): Options {
  const { env } = failAtFileCall(call, code);
  return { env: { ...env, DRYDOCK_FAULT_LASTING: '1' } };
}

/** A page of the live file goes bad, as a failing disk does it: other bytes, nobody's transaction, and no new mtime. */
export function rotPage(database: string, page: number, pageSize = 4096): void {
  const { folder, reference } = rememberTimes(database);
  overwritePage(database, page, pageSize);
  execFileSync('touch', ['-r', reference, database]);
  rmSync(folder, { recursive: true });
}

function rememberTimes(database: string) {
  const folder = mkdtempSync(join(dirname(database), 'times-'));
  const reference = join(folder, 'reference');
  // To the nanosecond, which utimes(2) through a double of seconds is not.
  execFileSync('touch', ['-r', database, reference]);
  return { folder, reference };
}

export function overwritePage(database: string, page: number, pageSize = 4096): void {
  const fd = openSync(database, 'r+');
  try {
    writeSync(fd, Buffer.alloc(pageSize, 0x5a), 0, pageSize, (page - 1) * pageSize);
  } finally {
    closeSync(fd);
  }
}

/** The page at which a table or an index begins. */
export function rootPage(database: string, name: string): number {
  const db = new Database(database, { fileMustExist: true, timeout: 5000 });
  try {
    const page = db.prepare<[string], number>('SELECT rootpage FROM sqlite_schema WHERE name = ?').pluck().get(name);
    assert.ok(page !== undefined, `there is no ${name}`);
    return page;
  } finally {
    db.close();
  }
}
