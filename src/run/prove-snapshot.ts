/** That the file exists proves nothing: a snapshot is used only when it is the file that was taken, and is sound. */
import { DrydockError, messageOf } from '../errors.ts';
import type { Snapshot } from '../snapshots/catalog.ts';
import { type InspectOptions, inspect } from '../snapshots/inspect.ts';

/**
 * @throws {DrydockError} PREFLIGHT where the snapshot is not what its manifest says, or is damaged.
 */
export async function proveSnapshot(snapshot: Snapshot, options: InspectOptions): Promise<void> {
  const { manifest, path } = snapshot;
  const inspection = await inspect(path, [], options).catch((error: unknown) => {
    throw options.signal.aborted ? error : unusable(snapshot, `cannot be read (${messageOf(error)})`);
  });
  if (inspection.hashes.sha256 !== manifest.sha256 || inspection.hashes.bytes !== manifest.bytes) {
    throw unusable(snapshot, 'is not the file that was taken: its sha256 is not the one in its manifest');
  }
  const [problem] = inspection.measurement.integrity;
  if (problem !== undefined) throw unusable(snapshot, `is damaged (integrity_check: ${problem})`);
}

function unusable({ manifest, path }: Snapshot, why: string): DrydockError {
  return new DrydockError('PREFLIGHT', {
    what: `Snapshot ${manifest.id} (${path}) ${why}`,
    state: 'It was not restored and the database was not touched',
    next: 'Choose another one: drydock snapshot list, then drydock snapshot verify <id>',
  });
}
