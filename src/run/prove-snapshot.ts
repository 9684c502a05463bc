/** Verifies a snapshot before it is used: it must be the file that was taken, and sound. That it exists proves nothing. */
import { ApartDied } from '../engine/one-shot-child.ts';
import { codeOf, DrydockError, messageOf } from '../errors.ts';
import { type ExactHash, hashExactly } from '../files/content-hash.ts';
import type { Snapshot } from '../snapshots/catalog.ts';
import { type InspectOptions, inspect } from '../snapshots/inspect.ts';
import { sayStray, strayCompanion } from '../snapshots/problem.ts';
import { troubleOf } from '../system-errors.ts';

/** The snapshot is not fit to be restored. */
export class SnapshotUnfit extends DrydockError {
  /** How to fix it, as the beginning of a sentence. */
  readonly fix: string;

  constructor({ manifest, path }: Snapshot, why: string, fix = 'Put the snapshot and its manifest back') {
    super('PREFLIGHT', {
      what: `Snapshot ${manifest.id} (${path}) ${why}`,
      state: 'It was not restored and the database was not touched',
      next: `${fix}, or choose another one: \`drydock snapshot list\`, then \`drydock snapshot verify <id>\``,
    });
    this.fix = fix;
  }
}

/**
 * Verifies a snapshot before a restore. A file that passed integrity_check when its hash was taken, and still has that
 * hash, is sound: its bytes are the ones that were checked. One that was never checked is checked now.
 *
 * @throws {SnapshotUnfit} if it is not what its manifest says, or is damaged.
 * @throws {NotExamined}
 */
export async function proveSnapshot(snapshot: Snapshot, options: InspectOptions): Promise<void> {
  if (snapshot.manifest.integrity !== 'ok') return examineSnapshot(snapshot, options);
  requireAlone(snapshot);
  requireSame(snapshot, await reading(snapshot, options, hashExactly(snapshot.path, options.signal)));
}

/**
 * Checks everything again, whatever is known about it.
 * @throws {SnapshotUnfit} if it is not what its manifest says, or is damaged.
 */
export async function examineSnapshot(snapshot: Snapshot, options: InspectOptions): Promise<void> {
  requireAlone(snapshot);
  const { hashes, measurement } = await reading(snapshot, options, inspect(snapshot.path, [], options));
  requireSame(snapshot, hashes);
  const [problem] = measurement.integrity;
  if (problem !== undefined) throw new SnapshotUnfit(snapshot, `is damaged (integrity_check: ${problem})`);
}

function reading<T>(snapshot: Snapshot, { signal }: InspectOptions, work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    // Of what `sqlite_extensions` names, for one.
    if (signal.aborted || (error instanceof DrydockError && error.code === 'USAGE')) throw error;
    throw saysNothing(error)
      ? new NotExamined(snapshot, error)
      : new SnapshotUnfit(snapshot, `cannot be read (${messageOf(error)})`);
  });
}

/** The system ran out of processes, memory or open files: the snapshot may well be sound. */
export class NotExamined extends DrydockError {
  constructor({ manifest }: Snapshot, cause: unknown) {
    super('PREFLIGHT', {
      what: `Snapshot ${manifest.id} could not be examined, which says nothing of it: ${messageOf(cause)}`,
      state: 'It was not restored and the database was not touched',
      next: 'Free memory, or raise the limits of processes and open files (ulimit -u, ulimit -n), and run again',
      cause,
    });
  }
}

function saysNothing(error: unknown): boolean {
  const trouble = troubleOf(codeOf(error));
  return error instanceof ApartDied || trouble === 'processes' || trouble === 'memory' || trouble === 'open files';
}

function requireSame(snapshot: Snapshot, { sha256, bytes }: ExactHash): void {
  const { manifest } = snapshot;
  if (sha256 === manifest.sha256 && bytes === manifest.bytes) return;
  throw new SnapshotUnfit(snapshot, 'is not the file that was taken: its sha256 is not the one in its manifest');
}

/** Must run before SQLite opens the file and plays back a journal or WAL beside it. */
export function requireAlone(snapshot: Snapshot): void {
  const stray = strayCompanion(snapshot.path);
  if (stray === undefined) return;
  throw new SnapshotUnfit(snapshot, sayStray(stray), `Move ${stray} out of the folder`);
}
