/** The manifest of a snapshot: a JSON file beside it. A snapshot without one proves nothing and is not used. */
import { basename } from 'node:path';
import { codeOf, DrydockError } from '../errors.ts';
import { jsonProblem } from '../files/json-problem.ts';
import { readOwnFile } from '../files/owned-file.ts';
import { manifestSchema } from './manifest-schema.ts';
import type { SnapshotReason } from './reasons.ts';

/** Not inferred from the schema, so that code that uses the type does not load zod. */
export interface Manifest {
  readonly format: 1;
  readonly id: string;
  readonly database: string;
  readonly reason: SnapshotReason;
  readonly runId: string;
  /** The rows of alembic_version in the snapshot. */
  readonly revision: readonly string[];
  readonly createdAt: string;
  /** Hash of the file as it is. */
  readonly sha256: string;
  /** Hash of the content without the header's bookkeeping: equal for two snapshots of the same state. */
  readonly contentSha256: string;
  readonly bytes: number;
  readonly pageCount: number;
  readonly pageSize: number;
  /** The database's, when the snapshot was taken; the snapshot itself is always a plain file. */
  readonly journalMode: string;
  /** The result of integrity_check; 'not checked' for a state that a restore put aside without reading it. */
  readonly integrity: 'ok' | 'damaged' | 'not checked';
  /** The run that wrote to `drydock_history` last, null if none did; absent if it was not looked up. */
  readonly lastRun?: string | null | undefined;
  /** Rows in all tables with user data; absent if they were not counted. */
  readonly rows?: number | undefined;
  readonly toolVersion: string;
  readonly sqliteVersion: string;
}

/**
 * @throws {DrydockError} PREFLIGHT if it cannot be read or is not a manifest.
 */
export function readManifest(path: string): Manifest {
  let text: string;
  try {
    text = readOwnFile(path);
  } catch (error) {
    if (error instanceof DrydockError) throw error;
    throw unusable(path, `cannot be read (${codeOf(error)})`, error);
  }
  let manifest: Manifest;
  try {
    manifest = manifestSchema.parse(JSON.parse(text));
  } catch (error) {
    throw unusable(path, `is not a snapshot manifest (${jsonProblem(error)})`, error);
  }
  // Restore and removal go by the id, so it must not be that of another snapshot.
  if (basename(path) === `${manifest.id}.json`) return manifest;
  throw unusable(path, `is the manifest of another snapshot, ${manifest.id}`, undefined);
}

export function renderManifest(manifest: Manifest): string {
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

function unusable(path: string, why: string, cause: unknown): DrydockError {
  return new DrydockError('PREFLIGHT', {
    what: `${path} ${why}`,
    state: 'Nothing was changed',
    next: 'Use another snapshot (`drydock snapshot list`), or move the damaged manifest and its snapshot out of the directory',
    cause,
  });
}
