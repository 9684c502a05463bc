/** Inspects a database file that no process writes to, such as a snapshot. */
import type { ChildProcess } from 'node:child_process';
import type { Measurement } from '../checks/measurement.ts';
import type { Statistic } from '../config/statistic.ts';
import type { Equipment } from '../engine/client.ts';
import { askApart, forkApart } from '../engine/one-shot-child.ts';
import type { Spare } from '../engine/preforked.ts';
import { type FileHashes, hashFile } from '../files/content-hash.ts';

export interface InspectionTask {
  readonly path: string;
  readonly statistics: readonly Statistic[];
}

/** The part of an inspection that the inspector process finds out. */
export interface Examination {
  readonly measurement: Measurement;
  readonly pageCount: number;
  readonly pageSize: number;
  readonly sqliteVersion: string;
}

export interface Inspection extends Examination {
  readonly hashes: FileHashes;
}

export interface InspectOptions extends Equipment {
  readonly signal: AbortSignal;
  /** From {@link forkInspector}, with the same equipment. */
  readonly spare?: Spare | undefined;
}

/**
 * Hashes and checks a file: exact and content hash, integrity_check, foreign_key_check, row counts, statistics.
 * @throws {DrydockError} USAGE if a statistic's SQL is wrong.
 * @throws the reason of `signal` if it is aborted; the inspector process is then killed.
 */
export async function inspect(
  path: string,
  statistics: readonly Statistic[],
  options: InspectOptions,
): Promise<Inspection> {
  const failed = new AbortController();
  const signal = AbortSignal.any([options.signal, failed.signal]);
  try {
    // In parallel: each reads the whole file, and there is more than one core.
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

async function examine(task: InspectionTask, { signal, spare, ...equipment }: InspectOptions): Promise<Examination> {
  const child = spare?.take() ?? (await forkInspector(equipment));
  return askApart<Examination>(child, { ...task }, { does: `inspects ${task.path}`, signal });
}

export function forkInspector({ temporaryDirectory, extensions }: Equipment): Promise<ChildProcess> {
  return forkApart('inspector', { SQLITE_TMPDIR: temporaryDirectory }, extensions);
}
