/**
 * Everybody at once: runners that go up and down, are killed, stopped and woken, and whose clock jumps; writers, readers
 * in long transactions, a checkpointer, a VACUUM. Who takes part, and what becomes of each runner, is drawn from a seed.
 * Afterwards the history of what everybody was told is held against what the database holds.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { codeOf } from '../src/errors.ts';
import { plural } from '../src/format.ts';
import { integrity } from '../test/harness/dump.ts';
import { createDatabase, type JournalMode, revisionFolder, sqlRevision } from '../test/harness/files.ts';
import { execute, query } from '../test/harness/scene.ts';
import { must } from './broken.ts';
import { requireTold } from './crash.ts';
import { randomFrom } from './random.ts';
import { commandPath, preloaded } from './runs.ts';
import { stageFolder } from './stage.ts';

const newest = 6;

/** Of a schedule, about: many lanes run once each, a few run again and again. */
const runsInAll = 16;

const tables = `
  CREATE TABLE written (writer TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY (writer, n));
  CREATE TABLE counts (writer TEXT PRIMARY KEY, n INTEGER NOT NULL);
  CREATE TABLE passes (id INTEGER PRIMARY KEY, revision INTEGER NOT NULL, direction TEXT NOT NULL);
  CREATE TABLE mixture (id INTEGER PRIMARY KEY, generation TEXT NOT NULL, filler TEXT);
  CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
  INSERT INTO alembic_version VALUES ('r0');
  WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 300)
    INSERT INTO mixture SELECT i, 'r0', printf('%.*c', 200, 'x') FROM n;
`;

/** Each writes its number into every row, and that it was here; some rebuild a table that others write to. */
function revisions(): Record<string, string> {
  const files: Record<string, string> = { 'r0.sql': sqlRevision('r0', undefined, '') };
  for (let k = 1; k <= newest; k += 1) {
    const pass = (direction: string, generation: number) => [
      `UPDATE mixture SET generation = 'r${generation}'`,
      `INSERT INTO passes (revision, direction) VALUES (${k}, '${direction}')`,
    ];
    const asModule = (direction: string, generation: number) =>
      pass(direction, generation)
        .map((sql) => `  op.execute(${JSON.stringify(sql)});`)
        .join('\n');
    const type = (of: string) => `  op.alterColumn('written', 'writer', { type: '${of}' });`;
    files[`r${k}.${k % 2 === 0 ? 'ts' : 'sql'}`] =
      k % 2 === 1
        ? sqlRevision(
            `r${k}`,
            `r${k - 1}`,
            `${pass('up', k).join(';\n')};\nCREATE INDEX mixture_${k} ON mixture (generation, id);`,
            `${pass('down', k - 1).join(';\n')};\nDROP INDEX mixture_${k};`,
          )
        : `export const revision = 'r${k}';
export const revises = 'r${k - 1}';
export function upgrade(op) {
${asModule('up', k)}
${type('VARCHAR(20)')}
  if (op.arguments.fail) throw new Error('asked to fail');
}
export function downgrade(op) {
${asModule('down', k - 1)}
${type('TEXT')}
}
`;
  }
  return files;
}

interface Runner {
  readonly args: readonly string[];
  readonly disturbed: 'no' | 'SIGKILL' | 'SIGTERM' | 'SIGSTOP';
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

export interface Schedule {
  readonly runs: number;
  readonly acknowledged: number;
  readonly reads: number;
}

/** @throws {Broken} naming the promise. */
export async function playSchedule(seed: number, mode: JournalMode): Promise<Schedule> {
  const root = realpathSync(mkdtempSync(join(stageFolder, 'drydock-schedule-')));
  const started: ChildProcess[] = [];
  try {
    return await inFolder(root, seed, mode, started);
  } finally {
    for (const child of started) child.kill('SIGKILL');
    rmSync(root, { recursive: true });
  }
}

async function inFolder(root: string, seed: number, mode: JournalMode, started: ChildProcess[]): Promise<Schedule> {
  const chance = randomFrom(`schedule ${seed}`);
  const database = join(root, 'data', 'app.db');
  mkdirSync(join(root, 'data'));
  revisionFolder(root, revisions());
  const settings = 'database: data/app.db\nmigrations: migrations\nlock_timeout: 60s\nbusy_timeout: 30s\n';
  writeFileSync(join(root, 'drydock.yaml'), settings);
  createDatabase(database, mode, tables);
  const clock = join(root, 'clock');
  writeFileSync(clock, Buffer.alloc(8));

  const pick = (most: number) => Math.floor(chance() * (most + 1));
  const writers = startActors('writer', 1 + pick(2), database, seed, started);
  const readers = startActors('reader', pick(2), database, seed, started);
  const others = [
    ...startActors('checkpointer', mode === 'wal' ? pick(1) : 0, database, seed, started),
    ...startActors('vacuum', pick(1), database, seed, started),
  ];
  for (const { name } of writers) execute(database, `INSERT INTO counts VALUES ('${name}', 0)`);

  const lanes = 2 + pick(14);
  const jumping = jumpClock(clock, chance);
  const lane = async (_: unknown, number: number) => {
    const done: Runner[] = [];
    for (let turn = 0; turn < Math.round(runsInAll / lanes); turn += 1) {
      await setTimeout(chance() * 300);
      done.push(await runner(root, clock, randomFrom(`runner ${seed} ${number} ${turn}`)));
    }
    return done;
  };
  // All of them, before the folder may go.
  const ended = await Promise.allSettled(Array.from({ length: lanes }, lane));
  await jumping.stop();
  const runners = ended.flatMap((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
  const told = await Promise.all(writers.map((actor) => actor.stop()));
  const seen = (await Promise.all(readers.map((actor) => actor.stop()))).flat();
  await Promise.all(others.map((actor) => actor.stop()));

  for (const one of runners) judgeRunner(one);
  const last = await runner(root, clock, undefined);
  must(last.code === 0, `the run after all of them ended with ${last.code}: ${last.stderr}`);
  must(integrity(database) === 'ok', 'the file is damaged');
  judgePasses(database);
  for (const [index, { name }] of writers.entries()) judgeWriter(database, name, told[index] ?? []);
  for (const line of seen) judgeReader(line);
  return { runs: runners.length + 1, acknowledged: told.flat().length, reads: seen.length };
}

/** One run, and what is done to it. @param chance Undefined: an upgrade that nobody disturbs. */
async function runner(root: string, clock: string, chance: (() => number) | undefined): Promise<Runner> {
  const draw = chance ?? (() => 1);
  const verbs = [
    ['downgrade', '-1', '--yes'],
    ['downgrade', '-2', '--yes'],
    ['upgrade', '-x', 'fail=1'],
    ['snapshot', 'create'],
    ['upgrade', '+1'],
  ];
  const args = [...(verbs[Math.floor(draw() * 10)] ?? ['upgrade']), '--config', 'drydock.yaml'];
  const fate = draw();
  const disturbed = fate < 0.12 ? 'SIGKILL' : fate < 0.24 ? 'SIGTERM' : fate < 0.4 ? 'SIGSTOP' : 'no';
  const env = { PATH: process.env['PATH'], LD_PRELOAD: preloaded(), TORTURE_CLOCK: clock };
  // A group of its own, so that its engine can be stopped and killed with it.
  const child = spawn(process.execPath, [commandPath, ...args], {
    cwd: root,
    env,
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  if (disturbed !== 'no') {
    await Promise.race([setTimeout(draw() * 1500), closed]);
    const everybody = draw() < 0.5;
    send(child, disturbed, everybody);
    if (disturbed === 'SIGSTOP') {
      // Past the time after which the lock directory of a silent holder counts as left behind, now and then.
      await Promise.race([setTimeout(draw() < 0.3 ? 12_000 : draw() * 3000), closed]);
      send(child, 'SIGCONT', everybody);
    }
  }
  const hung = new AbortController();
  const [code, signal] = await Promise.race([
    closed,
    setTimeout(180_000, [null, 'hung'] as const, { signal: hung.signal, ref: false }),
  ]);
  hung.abort();
  if (signal === 'hung') {
    send(child, 'SIGKILL', true);
    must(false, `a run hung: ${args.join(' ')} (${disturbed}): ${stderr}`);
  }
  return { args, disturbed, code, signal, stderr };
}

function send({ pid, exitCode, signalCode }: ChildProcess, signal: NodeJS.Signals, everybody: boolean): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  try {
    process.kill(everybody ? -pid : pid, signal);
  } catch (error) {
    // It has just ended, and nobody has heard of it yet.
    if (codeOf(error) !== 'ESRCH') throw error;
  }
}

function judgeRunner({ args, disturbed, code, signal, stderr }: Runner): void {
  // Before it has anything to undo, a run lets SIGTERM end it as any program.
  if ((disturbed === 'SIGKILL' || disturbed === 'SIGTERM') && signal === disturbed) return;
  const allowed = [
    0,
    10,
    11,
    ...(disturbed === 'SIGTERM' ? [23] : []),
    ...(args.includes('fail=1') ? [20] : []),
    // There is no revision to go to.
    ...(args.some((arg) => /^[+-]\d$/.test(arg)) ? [2] : []),
  ];
  must(
    code !== null && allowed.includes(code),
    `honest exit: ${args.join(' ')} (${disturbed}) ended with ${code ?? signal}: ${stderr}`,
  );
  if (code !== 0) requireTold({ code, stderr });
}

/** One at a time: each step begins where the one before it ended. */
function judgePasses(database: string): void {
  let at = 0;
  for (const { revision, direction } of query<{ revision: number; direction: string }>(
    database,
    'SELECT revision, direction FROM passes ORDER BY id',
  )) {
    const isNext = direction === 'up' ? revision === at + 1 : revision === at;
    must(isNext, `one at a time: ${direction} r${revision} ran where the database was at r${at}`);
    at = direction === 'up' ? revision : revision - 1;
  }
  must(at === newest, `the database ends at r${at}`);
}

/** No lost write: what was acknowledged is there, once, with what was committed beside it. */
function judgeWriter(database: string, writer: string, told: readonly Line[]): void {
  const rows = query<{ n: number }>(database, `SELECT n FROM written WHERE writer = '${writer}' ORDER BY n`).map(
    ({ n }) => n,
  );
  const acknowledged = told.map(({ acknowledged: n }) => Number(n));
  const lost = acknowledged.filter((n) => !rows.includes(n));
  must(lost.length === 0, `no lost write: ${writer} was told that ${lost.join(', ')} were committed`);
  const [count] = query<{ n: number }>(database, `SELECT n FROM counts WHERE writer = '${writer}'`);
  // The last one may have been committed with nobody left to tell.
  const highest = acknowledged.at(-1) ?? 0;
  must(
    count?.n === rows.length && rows.length - highest <= 1,
    `all or nothing: ${writer} has ${plural(rows.length, 'row')} and counts ${count?.n}`,
  );
}

function judgeReader({ first, second }: Line): void {
  const [version, generation] = first as [string | null, string];
  must(
    JSON.stringify(first) === JSON.stringify(second),
    `a reader saw ${JSON.stringify(first)} and then ${JSON.stringify(second)}`,
  );
  // r0 makes nothing, so that at base the rows are as at r0.
  must((version ?? 'r0') === generation, `a reader saw a mixture: alembic_version ${version}, rows ${generation}`);
}

type Line = Readonly<Record<string, unknown>>;

interface Actor {
  readonly name: string;
  /** @returns What it told. @throws {Error} where it failed, which is a fault of ours. */
  stop(): Promise<Line[]>;
}

function startActors(role: string, count: number, database: string, seed: number, started: ChildProcess[]): Actor[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `${seed}-${index}`;
    const script = fileURLToPath(new URL('actor.ts', import.meta.url));
    const child = spawn(process.execPath, [script, role, database, name], { stdio: ['pipe', 'pipe', 'inherit'] });
    started.push(child);
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
    const closed = once(child, 'close');
    return {
      name,
      async stop() {
        child.stdin.end();
        const [code] = await closed;
        must(code === 0, `the ${role} ended with ${code}`);
        return text
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as Line);
      },
    };
  });
}

/** A time of day that jumps, for all runners, hours and years both ways. */
function jumpClock(clock: string, chance: () => number): { stop(): Promise<void> } {
  const stopped = new AbortController();
  const jumps = [0, 3600, -3600, 86_400, -86_400, 365 * 86_400, 15, -15];
  const jumping = (async () => {
    while (!stopped.signal.aborted) {
      await Promise.race([setTimeout(200 + chance() * 2000), once(stopped.signal, 'abort')]);
      const shift = Buffer.alloc(8);
      shift.writeBigInt64LE(BigInt(jumps[Math.floor(chance() * jumps.length)] ?? 0));
      writeFileSync(clock, shift, { flag: 'r+' });
    }
  })();
  return {
    async stop() {
      stopped.abort();
      await jumping;
    },
  };
}
