/** That the file exists proves nothing: a snapshot is used only when it is the file that was taken, and is sound. */
import { DrydockError, messageOf } from '../errors.ts';
import { type ExactHash, hashExactly } from '../files/content-hash.ts';
import type { Snapshot } from '../snapshots/catalog.ts';
import { type InspectOptions, inspect } from '../snapshots/inspect.ts';

/**
 * Before a restore. A file that passed integrity_check when its hash was taken, and has that hash still, is sound: each
 * byte of it is the one that was checked. One that was never checked is checked now.
 *
 * @throws {DrydockError} PREFLIGHT where the snapshot is not what its manifest says, or is damaged.
 */
export async function proveSnapshot(snapshot: Snapshot, options: InspectOptions): Promise<void> {
  if (snapshot.manifest.integrity !== 'ok') return examineSnapshot(snapshot, options);
  requireSame(snapshot, await reading(snapshot, options, hashExactly(snapshot.path, options.signal)));
}

/**
 * Checks it all over again, whatever is known of it.
 * @throws {DrydockError} PREFLIGHT where the snapshot is not what its manifest says, or is damaged.
 */
export async function examineSnapshot(snapshot: Snapshot, options: InspectOptions): Promise<void> {
  const { hashes, measurement } = await reading(snapshot, options, inspect(snapshot.path, [], options));
  requireSame(snapshot, hashes);
  const [problem] = measurement.integrity;
  if (problem !== undefined) throw unusable(snapshot, `is damaged (integrity_check: ${problem})`);
}

function reading<T>(snapshot: Snapshot, { signal }: InspectOptions, work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw signal.aborted ? error : unusable(snapshot, `cannot be read (${messageOf(error)})`);
  });
}

function requireSame(snapshot: Snapshot, { sha256, bytes }: ExactHash): void {
  const { manifest } = snapshot;
  if (sha256 === manifest.sha256 && bytes === manifest.bytes) return;
  throw unusable(snapshot, 'is not the file that was taken: its sha256 is not the one in its manifest');
}

function unusable({ manifest, path }: Snapshot, why: string): DrydockError {
  return new DrydockError('PREFLIGHT', {
    what: `Snapshot ${manifest.id} (${path}) ${why}`,
    state: 'It was not restored and the database was not touched',
    next: 'Choose another one: drydock snapshot list, then drydock snapshot verify <id>',
  });
}
