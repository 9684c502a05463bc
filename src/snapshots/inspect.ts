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
  /** `structure`: tells what quick_check finds, which takes a sixth of the time, before it goes on with the rest. */
  readonly tellsFirst: 'structure' | 'nothing';
}

export interface FileFacts {
  readonly pageCount: number;
  readonly pageSize: number;
  readonly sqliteVersion: string;
}

/** What only another process finds out. */
export interface Examination extends FileFacts {
  readonly measurement: Measurement;
}

/** Whether every page can be read and stands where it should: all but whether indexes agree with their tables. */
export interface Structure extends FileFacts {
  readonly problems: readonly string[];
}

export interface InspectedFile extends FileFacts {
  readonly hashes: FileHashes;
}

export type Inspection = InspectedFile & Examination;
export type InspectedStructure = InspectedFile & Structure;

export type InspectionReply =
  | { readonly kind: 'structure'; readonly value: Structure }
  | { readonly kind: 'answer'; readonly value: Examination }
  | { readonly kind: 'error'; readonly error: WireError };

export interface InspectOptions {
  readonly temporaryDirectory: string;
  readonly signal: AbortSignal;
}

/**
 * Hashes and checks a file: exact and content hash, integrity_check, foreign_key_check, row counts, statistics.
 * @param onStructure Where it is given, quick_check comes first and is told with the hashes; what it throws ends all.
 * @throws {DrydockError} USAGE where a statistic's SQL is wrong.
 * @throws the reason of `signal` where it is aborted; the inspecting process is then killed.
 */
export async function inspect(
  path: string,
  statistics: readonly Statistic[],
  options: InspectOptions,
  onStructure?: (structure: InspectedStructure) => Promise<void>,
): Promise<Inspection> {
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  const task: InspectionTask = { path, statistics, tellsFirst: onStructure === undefined ? 'nothing' : 'structure' };
  const told = Promise.withResolvers<void>();
  try {
    // Side by side: each reads the whole file, and there is more than one core.
    const hashing = hashFile(path, signal);
    const examining = examine(task, { ...options, signal }, (structure) => {
      hashing.then((hashes) => onStructure?.({ ...structure, hashes })).then(told.resolve, told.reject);
    });
    if (onStructure === undefined) told.resolve();
    const [hashes, examination] = await Promise.all([hashing, examining, told.promise]);
    return { hashes, ...examination };
  } catch (error) {
    failed.abort(error);
    throw error;
  }
}

function examine(
  task: InspectionTask,
  { temporaryDirectory, signal }: InspectOptions,
  onStructure: (structure: Structure) => void,
): Promise<Examination> {
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
    if (reply.kind === 'structure') {
      onStructure(reply.value);
      return;
    }
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
