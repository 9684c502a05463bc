/** The snapshot commands, as a program asks for them. */
import type { Config } from '../config/config.ts';
import { layoutFor } from '../files/layout.ts';
import type { RunRequest } from '../run/outcome.ts';
import type { RestoreReport } from '../run/snapshot-runs.ts';
import type { Observer } from '../run-events.ts';
import { findSnapshot, readCatalog } from '../snapshots/catalog.ts';
import type { Manifest } from '../snapshots/manifest.ts';
import { toolVersion } from '../version.ts';
import type { Session } from './session.ts';

export interface SnapshotList {
  readonly directory: string;
  /** Oldest first. */
  readonly snapshots: readonly Manifest[];
  /** Files among the snapshots whose manifest is missing or damaged. */
  readonly unusable: readonly { readonly id: string; readonly path: string; readonly problem: string }[];
}

export interface CreatedSnapshot {
  readonly snapshot: Manifest;
  readonly path: string;
  /** True where the same content was stored already. */
  readonly reused: boolean;
}

export function listSnapshots(config: Config): SnapshotList {
  const layout = layoutFor(config.database);
  const { snapshots, unusable } = readCatalog(layout);
  return {
    directory: layout.snapshots,
    snapshots: snapshots.map(({ manifest }) => manifest),
    unusable: unusable.map(({ id, path, error }) => ({ id, path, problem: error.what })),
  };
}

/** @throws {DrydockError} PREFLIGHT where it is not what was taken, or is damaged; USAGE where there is none of that id. */
export async function verifySnapshot(config: Config, id: string): Promise<{ readonly snapshot: Manifest }> {
  const { proveSnapshot } = await import('../run/prove-snapshot.ts');
  const layout = layoutFor(config.database);
  const snapshot = findSnapshot(layout, id);
  await proveSnapshot(snapshot, { temporaryDirectory: layout.snapshots, signal: new AbortController().signal });
  return { snapshot: snapshot.manifest };
}

export async function createSnapshot(config: Config, session: Session): Promise<CreatedSnapshot> {
  return run(config, 'snapshot create', session, async (runs, request, observer, stop) => {
    const { manifest, path, reused } = await runs.createSnapshot(request, observer, stop);
    return { snapshot: manifest, path, reused };
  });
}

export async function restoreSnapshot(config: Config, id: string, session: Session): Promise<RestoreReport> {
  return run(config, 'snapshot restore', session, (runs, request, observer, stop) =>
    runs.restore(request, id, observer, stop),
  );
}

export async function pruneSnapshots(
  config: Config,
  session: Session,
): Promise<{ readonly pruned: readonly string[] }> {
  return run(config, 'snapshot prune', session, async (runs, request, observer, stop) => ({
    pruned: await runs.pruneSnapshots(request, observer, stop),
  }));
}

type SnapshotRuns = typeof import('../run/snapshot-runs.ts');

async function run<T>(
  config: Config,
  verb: 'snapshot create' | 'snapshot restore' | 'snapshot prune',
  session: Session,
  work: (runs: SnapshotRuns, request: RunRequest, observer: Observer, stop: AbortSignal) => Promise<T>,
): Promise<T> {
  return session(async (observer, stop) =>
    work(
      await import('../run/snapshot-runs.ts'),
      { command: { verb }, config, toolVersion: toolVersion() },
      observer,
      stop,
    ),
  );
}
