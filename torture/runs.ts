/** Runs of the published command under the preload library that counts, kills and fails its file system calls. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const commandPath = fileURLToPath(new URL('../dist/drydock.cjs', import.meta.url));

/** What happens at the Nth call that changes a file. */
export type Action =
  /** Every process of the run dies at once, before the call: as when a container is killed. */
  | { readonly kind: 'kill-all' }
  /** Only the process that makes the call dies. */
  | { readonly kind: 'kill-self' }
  /** The call, and where it lasts every such call after it, ends with this number of an error. */
  | { readonly kind: 'error'; readonly number: number; readonly lasting: boolean };

export interface Fault {
  /** Counted from 1, over all processes of the run. */
  readonly at: number;
  readonly action: Action;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** How many calls were counted. */
  readonly calls: number;
}

/** A run that has not ended by then is a finding of its own. */
const patienceMs = 120_000;

let library: string | undefined;

/** Path of the library, which is compiled once for each process of the driver. */
export function preloaded(): string {
  if (library !== undefined) return library;
  const folder = mkdtempSync(join(tmpdir(), 'drydock-effects-'));
  process.once('exit', () => rmSync(folder, { recursive: true }));
  library = join(folder, 'effects.so');
  const source = fileURLToPath(new URL('effects.c', import.meta.url));
  execFileSync('gcc', ['-O1', '-shared', '-fPIC', '-o', library, source, '-ldl', '-lpthread'], { stdio: 'inherit' });
  return library;
}

/**
 * @param root The folder in which calls are counted.
 * @param log Where each call is written down.
 */
export async function runCommand(
  root: string,
  args: readonly string[],
  { fault, log }: { readonly fault?: Fault; readonly log?: string } = {},
): Promise<Ended> {
  const state = `${root}.state`;
  writeFileSync(state, Buffer.alloc(4096));
  const env: NodeJS.ProcessEnv = {
    PATH: process.env['PATH'],
    NODE_COMPILE_CACHE: `${preloaded()}.code`,
    LD_PRELOAD: preloaded(),
    TORTURE_ROOT: root,
    TORTURE_STATE: state,
    TORTURE_AT: String(fault?.at ?? 0),
    ...(fault !== undefined && actionVariables(fault.action)),
    ...(log !== undefined && { TORTURE_LOG: log }),
  };
  const child = spawn(process.execPath, [commandPath, ...args], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  const hung = setTimeout(() => {
    stderr += `\nafter ${patienceMs} ms: ${processesOf(state).join('; ')}\n`;
    child.kill('SIGKILL');
  }, patienceMs);
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  clearTimeout(hung);
  const calls = Number(readFileSync(state).readBigUInt64LE(0));
  rmSync(state);
  return { code, signal, stdout, stderr, calls };
}

/** What the processes of a run that does not end wait for, as the kernel tells it. */
function processesOf(state: string): string[] {
  const bytes = readFileSync(state);
  const pids = Array.from({ length: Math.min(64, bytes.readUInt32LE(12)) }, (_, place) =>
    bytes.readInt32LE(16 + 4 * place),
  );
  const alive = pids.filter((pid) => existsSync(`/proc/${pid}/cmdline`));
  return alive.flatMap((pid) => {
    const read = (name: string) => readFileSync(`/proc/${pid}/${name}`, 'utf8').replaceAll('\0', ' ').trim();
    const threads = readdirSync(`/proc/${pid}/task`).map((id) => {
      const of = (name: string) => read(`task/${id}/${name}`);
      return `${of('comm')} in ${of('wchan')} (${of('syscall')})`;
    });
    return [`${pid} (${read('cmdline')})`, ...threads];
  });
}

function actionVariables(action: Action): Record<string, string> {
  if (action.kind !== 'error') return { TORTURE_ACTION: action.kind };
  return { TORTURE_ACTION: String(action.number), ...(action.lasting && { TORTURE_LASTING: '1' }) };
}
