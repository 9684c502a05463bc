/** What a command costs, in counts that are the same on every machine. */
import { execFile } from 'node:child_process';
import { readFileSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { Event } from './counter.ts';

const run = promisify(execFile);
const counter = new URL('counter.ts', import.meta.url).href;

export interface Counted {
  readonly count: number;
  /** What was counted, for whoever looks for what came in. */
  readonly what: readonly string[];
}

export type Costs = Readonly<Record<string, Counted>>;

/** @param installed The folder of the package: what is read from it is its code. */
export async function costsOf(installed: string, cwd: string, args: readonly string[]): Promise<Costs> {
  const log = join(cwd, 'costs.log');
  rmSync(log, { force: true });
  const env = { ...process.env, NODE_OPTIONS: `--import=${counter}`, COSTS_LOG: log };
  await run(process.execPath, [commandIn(installed), ...args], { cwd, env });
  const events = readFileSync(log, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Event);
  const of = (kind: Event[0]) => events.filter(([one]) => one === kind).map(([, what]) => what);
  const files = [...new Set(of('file'))].filter((path) => path.startsWith(installed)).sort();
  const sizes = files.map((path) => ({ name: basename(path), bytes: statSync(path).size }));
  const statements = of('statement');
  return {
    processes: counted(of('process').map((path) => basename(path))),
    threads: counted(of('thread')),
    'files of code': counted(sizes.map(({ name }) => name)),
    'kilobytes of code': {
      count: Math.round(sizes.reduce((sum, { bytes }) => sum + bytes, 0) / 1000),
      what: sizes.map(({ name, bytes }) => `${name} ${bytes}`),
    },
    "modules of Node's own": counted([...new Set(of('builtin'))].sort()),
    'SQL statements': counted(statements),
    'integrity checks': counted(statements.filter((sql) => sql.includes('integrity_check'))),
    'quick checks': counted(statements.filter((sql) => sql.includes('quick_check'))),
  };
}

/** The calls with which the command and its children wait for the disk, as strace sees them. */
export async function syncsOf(installed: string, cwd: string, args: readonly string[]): Promise<Costs> {
  const log = join(cwd, 'strace.log');
  const trace = ['-f', '-qq', '-y', '-e', 'trace=fsync,fdatasync', '-e', 'signal=none', '-o', log];
  await run('strace', [...trace, process.execPath, commandIn(installed), ...args], { cwd });
  const calls = readFileSync(log, 'utf8').match(/f(?:data)?sync\([^)]*/g) ?? [];
  return { 'waits for the disk': counted(calls.map((call) => call.replaceAll(`${cwd}/`, ''))) };
}

function commandIn(installed: string): string {
  return join(installed, 'dist', 'drydock.cjs');
}

function counted(what: readonly string[]): Counted {
  return { count: what.length, what };
}
