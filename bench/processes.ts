/** Runs whole processes and measures them from outside. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';

export interface Finished {
  readonly milliseconds: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * @param onStart Told the pid, to look at the process while it runs.
 * @throws {Error} where it does not exit with 0: a failure must not be taken for a fast run.
 */
export async function runProcess(
  command: string,
  args: readonly string[],
  onStart: (pid: number) => void = () => undefined,
): Promise<Finished> {
  const started = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  if (child.pid !== undefined) onStart(child.pid);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code] = await once(child, 'close');
  const milliseconds = performance.now() - started;
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${stderr.slice(-2000)}`);
  return { milliseconds, stdout, stderr };
}

export interface PeakMemory {
  /** Peak of the sum over all processes of what they have allocated, in bytes. */
  readonly anonymous: number;
  /** Peak of the sum of each process's own peak, mapped file pages included, in bytes. */
  readonly resident: number;
}

/** Often enough for what is allocated, which grows and stays, and seldom enough not to slow the run down. */
const pollMs = 50;

/** Runs a command and looks at the memory of it and all its descendants all the time. */
export async function runWatched(
  command: string,
  args: readonly string[],
): Promise<Finished & { readonly peak: PeakMemory }> {
  let peak: PeakMemory = { anonymous: 0, resident: 0 };
  let timer: NodeJS.Timeout | undefined;
  try {
    const finished = await runProcess(command, args, (pid) => {
      timer = setInterval(() => {
        const tree = processTree(pid).map(memoryOf);
        const sum = (of: keyof PeakMemory) => tree.reduce((total, memory) => total + memory[of], 0);
        peak = {
          anonymous: Math.max(peak.anonymous, sum('anonymous')),
          resident: Math.max(peak.resident, sum('resident')),
        };
      }, pollMs);
    });
    return { ...finished, peak };
  } finally {
    clearInterval(timer);
  }
}

function processTree(pid: number): number[] {
  const threads = orNothing(() => readdirSync(`/proc/${pid}/task`), []);
  const children = threads.flatMap((thread) =>
    orNothing(() => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8'), '').split(' '),
  );
  return [pid, ...children.filter((child) => /^\d+$/.test(child)).flatMap((child) => processTree(Number(child)))];
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
