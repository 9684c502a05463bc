/** Has another process look at a database file that nobody writes to, such as a snapshot. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Measurement, Statistic } from '../checks/measurement.ts';
import { siblingModule } from '../engine/entry.ts';
import type { WireError } from '../engine/protocol.ts';
import { fromWire } from '../engine/wire-error.ts';
import type { FileHashes } from '../files/content-hash.ts';

export type InspectionTask =
  | { readonly kind: 'hash'; readonly path: string }
  | { readonly kind: 'inspect'; readonly path: string; readonly statistics: readonly Statistic[] };

export interface Inspection {
  readonly hashes: FileHashes;
  readonly measurement: Measurement;
  readonly pageCount: number;
  readonly pageSize: number;
  readonly sqliteVersion: string;
}

export type InspectionReply =
  | { readonly kind: 'answer'; readonly value: FileHashes | Inspection }
  | { readonly kind: 'error'; readonly error: WireError };

export interface InspectOptions {
  readonly temporaryDirectory: string;
  readonly signal: AbortSignal;
}

/**
 * Hashes and checks a file: exact and content hash, integrity_check, foreign_key_check, row counts, statistics.
 * @throws {DrydockError} USAGE where a statistic's SQL is wrong.
 * @throws the reason of `signal` where it is aborted; the inspecting process is then killed.
 */
export async function inspect(
  path: string,
  statistics: readonly Statistic[],
  options: InspectOptions,
): Promise<Inspection> {
  return (await perform({ kind: 'inspect', path, statistics }, options)) as Inspection;
}

/** Hashes a file that nobody may write to meanwhile. */
export async function hashElsewhere(path: string, options: InspectOptions): Promise<FileHashes> {
  return (await perform({ kind: 'hash', path }, options)) as FileHashes;
}

function perform(
  task: InspectionTask,
  { temporaryDirectory, signal }: InspectOptions,
): Promise<FileHashes | Inspection> {
  const { promise, resolve, reject } = Promise.withResolvers<FileHashes | Inspection>();
  const child = fork(fileURLToPath(siblingModule(import.meta.url, 'inspector')), [JSON.stringify(task)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
    execArgv: ['--disable-warning=ExperimentalWarning'],
    env: { SQLITE_TMPDIR: temporaryDirectory, ...process.env },
  });
  const stop = () => {
    child.kill('SIGKILL');
    reject(signal.reason);
  };
  signal.addEventListener('abort', stop, { once: true });
  child.on('message', (reply: InspectionReply) => {
    if (reply.kind === 'answer') resolve(reply.value);
    else reject(fromWire(reply.error));
    child.disconnect();
  });
  child.on('error', reject);
  child.on('exit', (exitCode, killedBy) => {
    signal.removeEventListener('abort', stop);
    reject(new Error(`the process that inspects ${task.path} ended early (${killedBy ?? `exit code ${exitCode}`})`));
  });
  if (signal.aborted) stop();
  return promise;
}
