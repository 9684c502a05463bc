/** The records of the last runs of one database: `<database>.drydock/runs/<when it ended>-<run>.json`. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { codeOf, DrydockError } from '../errors.ts';
import { namesIn } from '../files/access.ts';
import { removeFile } from '../files/durable.ts';
import { jsonProblem } from '../files/json-problem.ts';
import type { Layout } from '../files/layout.ts';
import { orderedId } from '../files/ordered-id.ts';
import { readOwnFile, writeOwnedFile } from '../files/owned-file.ts';
import { ensureDirectory } from '../files/owned-folder.ts';
import { type Ownership, ownershipOf } from '../files/ownership.ts';
import { leftBy } from './left.ts';
import { parseRecord } from './record-schema.ts';
import { endedAt } from './run-order.ts';
import type { RunRecord } from './run-record.ts';

const keep = 100;

/** An incomplete record ends in `.tmp`; it is removed when it is old enough. */
const namePattern = /^[0-9]{8}T[0-9]{9}Z-[0-9a-f]{8}\.json(\.tmp)?$/;

export function isRecordName(name: string): boolean {
  return namePattern.test(name);
}

export interface DamagedRecord {
  readonly path: string;
  readonly problem: string;
}

export interface RunList {
  /** By end, newest first. */
  readonly runs: readonly RunRecord[];
  readonly damaged: readonly DamagedRecord[];
}

/** The name, without extension, for the files of a run: names sort by when the runs ended. */
export function nextRecordId(layout: Layout, record: RunRecord): string {
  const [newest] = wholeNamesIn(layout);
  const now = orderedId(new Date(), record.runId, undefined);
  // Sorts after the newest only if that is from a clock that was ahead: a run that ended earlier may be written later.
  const ahead = newest !== undefined && newest > now ? newest : undefined;
  return orderedId(new Date(endedAt(record)), record.runId, ahead);
}

/**
 * Writes a record durably and removes the oldest ones. Needs no lock: each run has its own name.
 * @param id From {@link nextRecordId}.
 * @returns The path.
 * @throws {Error} Node's own, such as ENOSPC.
 */
export function writeRunRecord(layout: Layout, record: RunRecord, id = nextRecordId(layout, record)): string {
  const ownership = recordOwnership(layout);
  ensureDirectory(layout.runs, layout.work, ownership);
  const name = `${id}.json`;
  const path = join(layout.runs, name);
  writeOwnedFile(path, `${JSON.stringify(record, null, 2)}\n`, ownership);
  removeOldest(layout, name);
  return path;
}

/**
 * Keeps the last record that shows what its run left, however many refused runs came later: the next run depends on it.
 * @param written Kept too: a run that ended earlier may be written later.
 */
function removeOldest(layout: Layout, written: string): void {
  const all = recordsIn(layout);
  const old = all.slice(keep);
  if (old.length === 0) return;
  const tells = (name: string) => readAll(layout, [name]).runs.some((record) => leftBy(record) !== null);
  const witness = all.find(tells);
  for (const name of old) if (name !== written && name !== witness) removeFile(join(layout.runs, name));
}

/** By end, newest first; each record is read when it is needed, and unreadable ones are skipped. */
export function* runRecords(layout: Layout): Generator<RunRecord, void, undefined> {
  for (const name of wholeNamesIn(layout)) yield* readAll(layout, [name]).runs;
}

/** @param limit How many files to read, newest first. */
export function listRunRecords(layout: Layout, limit: number): RunList {
  return readAll(layout, wholeNamesIn(layout).slice(0, limit));
}

/**
 * @param id The run's id, the beginning of it, or `latest`.
 * @throws {DrydockError} USAGE if none or several match, or the match is damaged.
 */
export function findRunRecord(layout: Layout, id: string): RunRecord {
  if (id === '') throw refuse('The id of the run is empty');
  const names = wholeNamesIn(layout);
  // The name contains the first eight digits of the id, so not every file must be read.
  const { runs, damaged } = readAll(
    layout,
    id === 'latest' ? names.slice(0, 1) : names.filter((name) => mayBe(name, id)),
  );
  const fitting = id === 'latest' ? runs : runs.filter(({ runId }) => runId.startsWith(id));
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) return only;
  if (only !== undefined) {
    const each = fitting.map(({ runId, startedAt }) => `${runId} of ${startedAt}`);
    throw refuse(`More than one run in ${layout.runs} has an id that begins with '${id}': ${each.join(', ')}`);
  }
  const [unreadable] = damaged;
  if (unreadable !== undefined) throw refuse(`The record ${unreadable.path} is damaged: ${unreadable.problem}`);
  throw refuse(
    id === 'latest'
      ? `No run has left a record in ${layout.runs}`
      : `No run in ${layout.runs} has an id that begins with '${id}'`,
  );
}

function refuse(what: string): DrydockError {
  return new DrydockError('USAGE', { what, next: 'See the last runs with `drydock report --list`' });
}

function readAll(layout: Layout, names: readonly string[]): RunList {
  const runs: RunRecord[] = [];
  const damaged: DamagedRecord[] = [];
  for (const name of names) {
    const path = join(layout.runs, name);
    try {
      runs.push(parseRecord(JSON.parse(readOwnFile(path))));
    } catch (error) {
      if (error instanceof DrydockError) {
        damaged.push({ path, problem: error.what });
        continue;
      }
      const code = codeOf(error);
      // Another run has removed it as too old.
      if (code === 'ENOENT') continue;
      damaged.push({ path, problem: code === '' ? jsonProblem(error) : `it cannot be read (${code})` });
    }
  }
  return { runs, damaged };
}

function mayBe(name: string, id: string): boolean {
  const [, digits = ''] = /-([0-9a-f]{8})\./.exec(name) ?? [];
  return id.startsWith(digits) || digits.startsWith(id);
}

/**
 * By end, newest first (an earlier version named them by their start). Includes records that are being written or were
 * never finished.
 */
function recordsIn(layout: Layout): string[] {
  return namesIn(layout.runs)
    .filter((name) => namePattern.test(name))
    .sort()
    .reverse();
}

function wholeNamesIn(layout: Layout): string[] {
  return recordsIn(layout).filter((name) => name.endsWith('.json'));
}

/** The ownership of the database; if a restore has left none, that of the work folder. */
export function recordOwnership({ database, work }: Layout): Ownership {
  if (existsSync(database)) return ownershipOf(database);
  const { uid, gid, mode } = statSync(work);
  return { uid, gid, mode: mode & 0o666 };
}
