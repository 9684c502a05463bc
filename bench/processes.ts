/** Runs whole processes and measures them from outside. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { Readable } from 'node:stream';

export interface Finished {
  readonly milliseconds: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** @throws {Error} where it does not exit with 0: a failure must not be taken for a fast run. */
export async function runProcess(command: string, args: readonly string[]): Promise<Finished> {
  const started = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
  const [code] = await once(child, 'close');
  const milliseconds = performance.now() - started;
  if (code !== 0) throw failure([command, ...args], code, stderr());
  return { milliseconds, stdout: stdout(), stderr: stderr() };
}

export interface PeakMemory {
  /** Peak of the sum over all processes of what they have allocated, in bytes. */
  readonly anonymous: number;
  /** Peak of the sum of each process's own peak, mapped file pages included, in bytes. */
  readonly resident: number;
}

export const noMemory: PeakMemory = { anonymous: 0, resident: 0 };

export function higherOf(one: PeakMemory, other: PeakMemory): PeakMemory {
  return {
    anonymous: Math.max(one.anonymous, other.anonymous),
    resident: Math.max(one.resident, other.resident),
  };
}

export interface Watched extends Finished {
  readonly peak: PeakMemory;
  /** Of all processes, in milliseconds: what was computed, however busy the machine was. */
  readonly cpu: number;
}

/** Often enough for what is allocated, which grows and stays, and seldom enough not to slow the run down. */
const pollMs = 50;

/** The shell says on its third descriptor what the command and all its children used. */
const counted = 'TIMEFORMAT="%U %S"; { time "$@" 2>&4; } 4>&2 2>&3';

/**
 * Runs a command and looks at the memory of it and all its descendants all the time.
 * @throws {Error} where it does not exit with 0.
 */
export async function runWatched(command: string, args: readonly string[]): Promise<Watched> {
  let peak = noMemory;
  const started = performance.now();
  const child = spawn('bash', ['-c', counted, 'bash', command, ...args], { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] });
  const [stdout, stderr, used] = [collect(child.stdout), collect(child.stderr), collect(child.stdio[3])];
  const timer = setInterval(() => {
    const tree = descendants(child.pid ?? 0).map(memoryOf);
    const sum = (of: keyof PeakMemory) => tree.reduce((total, memory) => total + memory[of], 0);
    peak = higherOf(peak, { anonymous: sum('anonymous'), resident: sum('resident') });
  }, pollMs);
  const [code] = await once(child, 'close').finally(() => clearInterval(timer));
  const milliseconds = performance.now() - started;
  if (code !== 0) throw failure([command, ...args], code, stderr());
  const cpu = used()
    .trim()
    .split(' ')
    .reduce((sum, inSeconds) => sum + 1000 * Number(inSeconds), 0);
  return { milliseconds, stdout: stdout(), stderr: stderr(), peak, cpu };
}

function collect(stream: unknown): () => string {
  let text = '';
  if (stream instanceof Readable) {
    stream.setEncoding('utf8').on('data', (more: string) => {
      text += more;
    });
  }
  return () => text;
}

function failure(command: readonly string[], code: unknown, stderr: string): Error {
  return new Error(`${command.join(' ')} ended with ${code}:\n${stderr.slice(-2000)}`);
}

function descendants(pid: number): number[] {
  const threads = orNothing(() => readdirSync(`/proc/${pid}/task`), []);
  const children = threads.flatMap((thread) =>
    orNothing(() => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8'), '').split(' '),
  );
  return children
    .filter((child) => /^\d+$/.test(child))
    .flatMap((child) => [Number(child), ...descendants(Number(child))]);
}

/** RssAnon and VmHWM of proc_pid_status(5), which are given in KiB. */
function memoryOf(pid: number): PeakMemory {
  const status = orNothing(() => readFileSync(`/proc/${pid}/status`, 'utf8'), '');
  const field = (name: string) => 1024 * Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
  return { anonymous: field('RssAnon'), resident: field('VmHWM') };
}

/** A process may be gone between two looks. */
function orNothing<T>(read: () => T, nothing: T): T {
  try {
    return read();
  } catch {
    return nothing;
  }
}
