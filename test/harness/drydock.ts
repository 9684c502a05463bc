/** Drives the real command in a real process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { commandPath } from './command.ts';

export interface Result {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The JSON log lines of stderr. */
  readonly log: readonly LogLine[];
  /** The last line of stderr that is no log line: the error's sentence, without the leading `drydock: `. */
  readonly error: string;
  /** stdout as an object, where `--json` was given. */
  json<T = Record<string, unknown>>(): T;
}

export type LogLine = Readonly<Record<string, unknown>> & { readonly msg?: string; readonly phase?: string };

export interface Options {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Stop for good at this fault point, see src/faults.ts; {@link Running.reached} waits for it. */
  readonly pauseAt?: string;
  /** What runs the command, with its arguments: strace, a shell with a limit. */
  readonly under?: readonly string[];
}

export interface Running {
  readonly process: ChildProcess;
  readonly finished: Promise<Result>;
  /** Resolves with the pid of the process that stands at the fault point. */
  reached(): Promise<number>;
  /** Lets the process go on from the fault point. */
  goOn(): void;
  /** The pid of the engine, once there is one. */
  enginePid(): Promise<number>;
  /** Resolves when a log line fits. */
  logged(fits: (line: LogLine) => boolean): Promise<LogLine>;
}

/** Runs `drydock` and waits for its end. */
export function drydock(args: readonly string[], options: Options = {}): Promise<Result> {
  return startDrydock(args, options).finished;
}

export function startDrydock(
  args: readonly string[],
  { env = {}, cwd = tmpdir(), pauseAt, under = [] }: Options = {},
): Running {
  const pause =
    pauseAt === undefined ? undefined : { at: pauseAt, folder: mkdtempSync(join(tmpdir(), 'drydock-fault-')) };
  const markerOf = (kind: 'reached' | 'continue') =>
    join(pause?.folder ?? '', `${(pause?.at ?? '').replaceAll(':', '-')}.${kind}`);
  const [program = '', ...given] = [...under, process.execPath, commandPath, ...args];
  const child = spawn(program, given, {
    cwd,
    env: {
      ...process.env,
      ...(pause !== undefined && { DRYDOCK_FAULT_PAUSE: pause.at, DRYDOCK_FAULT_DIR: pause.folder }),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const finished = once(child, 'close').then(([code, signal]) => {
    if (pause !== undefined) rmSync(pause.folder, { recursive: true });
    return resultOf(code, signal, stdout, stderr);
  });
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  const logged = async (fits: (line: LogLine) => boolean): Promise<LogLine> => {
    for (;;) {
      const line = logLines(stderr).find(fits);
      if (line !== undefined) return line;
      if (isOver()) throw new Error(`the run ended before the log line came: ${stderr}`);
      await setTimeout(10);
    }
  };
  return {
    process: child,
    finished,
    async reached() {
      while (!existsSync(markerOf('reached'))) {
        if (isOver()) throw new Error(`the run ended before it reached ${pauseAt}: ${stderr}`);
        await setTimeout(5);
      }
      return Number(readFileSync(markerOf('reached'), 'utf8'));
    },
    goOn: () => {
      // The folder goes with the run.
      if (pause !== undefined && existsSync(pause.folder)) writeFileSync(markerOf('continue'), '');
    },
    async enginePid() {
      return Number((await logged((line) => line['enginePid'] !== undefined))['enginePid']);
    },
    logged,
  };
}

function resultOf(code: number | null, signal: NodeJS.Signals | null, stdout: string, stderr: string): Result {
  const plain = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
  return {
    code,
    signal,
    stdout,
    stderr,
    log: logLines(stderr),
    error: (plain.find((line) => line.startsWith('drydock: ')) ?? '').replace('drydock: ', ''),
    json: <T>() => JSON.parse(stdout) as T,
  };
}

function logLines(stderr: string): LogLine[] {
  return stderr
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as LogLine);
}
