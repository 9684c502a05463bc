/** Looks at a database file that nobody writes to, such as a snapshot. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Measurement, Statistic } from '../checks/measurement.ts';
import { siblingModule } from '../engine/entry.ts';
import type { WireError } from '../engine/protocol.ts';
import { fromWire } from '../engine/wire-error.ts';
import { type FileHashes, hashFile } from '../files/content-hash.ts';

export interface InspectionTask {
  readonly path: string;
  readonly statistics: readonly Statistic[];
}

/** What only another process finds out. */
export interface Examination {
  readonly measurement: Measurement;
  readonly pageCount: number;
  readonly pageSize: number;
  readonly sqliteVersion: string;
}

export interface Inspection extends Examination {
  readonly hashes: FileHashes;
}

export type InspectionReply =
  | { readonly kind: 'answer'; readonly value: Examination }
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
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  try {
    // Side by side: each reads the whole file, and there is more than one core.
    const [hashes, examination] = await Promise.all([
      hashFile(path, signal),
      examine({ path, statistics }, { ...options, signal }),
    ]);
    return { hashes, ...examination };
  } catch (error) {
    failed.abort(error);
    throw error;
  }
}

function examine(task: InspectionTask, { temporaryDirectory, signal }: InspectOptions): Promise<Examination> {
  const { promise, resolve, reject } = Promise.withResolvers<Examination>();
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
