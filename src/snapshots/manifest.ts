/** What is known of one snapshot: a JSON file beside it. A snapshot without one proves nothing and is not used. */
import { basename } from 'node:path';
import { codeOf, DrydockError } from '../errors.ts';
import { jsonProblem } from '../files/json-problem.ts';
import { readOwnFile } from '../files/owned-file.ts';
import { manifestSchema } from './manifest-schema.ts';
import type { SnapshotReason } from './reasons.ts';

/** Written out, so that whoever uses the type needs no zod. */
export interface Manifest {
  readonly format: 1;
  readonly id: string;
  readonly database: string;
  readonly reason: SnapshotReason;
  readonly runId: string;
  /** Rows of alembic_version, as they are in the snapshot. */
  readonly revision: readonly string[];
  readonly createdAt: string;
  /** Of the file as it is. */
  readonly sha256: string;
  /** Of its content, header bookkeeping apart: equal for two snapshots of the same state. */
  readonly contentSha256: string;
  readonly bytes: number;
  readonly pageCount: number;
  readonly pageSize: number;
  /** Of the database when the snapshot was taken; the snapshot itself is always a plain file. */
  readonly journalMode: string;
  /** What integrity_check found in it: 'ok', 'damaged', or 'not checked' for a state that was put aside unseen. */
  readonly integrity: 'ok' | 'damaged' | 'not checked';
  /** The run that wrote to `drydock_history` last, null where none did; not given where nobody has looked. */
  readonly lastRun?: string | null | undefined;
  /** Rows in all of the tables that hold what people put there; not given where nobody has counted. */
  readonly rows?: number | undefined;
  readonly toolVersion: string;
  readonly sqliteVersion: string;
}

/**
 * @throws {DrydockError} PREFLIGHT where it cannot be read or is not a manifest.
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
  // By its id a snapshot is restored and removed: it must not be another one's.
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
    next: 'Use another snapshot (drydock snapshot list), or move the damaged manifest and its snapshot out of the directory',
    cause,
  });
}
