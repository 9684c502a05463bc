import type { Config } from '../config/config.ts';
import type { Observer } from '../events.ts';
import { looking } from '../files/access.ts';
import { layoutFor } from '../files/layout.ts';
import { describeRevisions } from '../format.ts';
import type { RestoreReport, RunCommand, RunRequest } from '../run/outcome.ts';
import { readCatalog, type Snapshot } from '../snapshots/catalog.ts';
import { findSnapshot } from '../snapshots/find-snapshot.ts';
import type { Manifest } from '../snapshots/manifest.ts';
import { type VisibleProblem, visibleProblem } from '../snapshots/problem.ts';
import { toolVersion } from '../version.ts';
import { type Ended, recordedRun } from './recorded.ts';
import { consentOf, type SessionOptions, sessionFor } from './session.ts';

export interface SnapshotList {
  readonly directory: string;
  /** Oldest first. */
  readonly snapshots: readonly ListedSnapshot[];
  /** Files among the snapshots whose manifest is missing or damaged. */
  readonly unusable: readonly { readonly id: string; readonly path: string; readonly problem: string }[];
}

export interface ListedSnapshot extends Manifest {
  /** When its `integrity` was checked; null if never. Only {@link verifySnapshot} checks the present file. */
  readonly checkedAt: string | null;
  /** What is visibly wrong with the file now, such as another size; null if nothing. */
  readonly problem: VisibleProblem | null;
}

export interface CreatedSnapshot {
  readonly snapshot: Manifest;
  readonly path: string;
  /** True if the same content was stored already. */
  readonly reused: boolean;
}

/**
 * The snapshots, oldest first.
 * @example
 * const { snapshots } = await listSnapshots(config);
 * console.log(snapshots.length);
 */
export async function listSnapshots(config: Config): Promise<SnapshotList> {
  const layout = layoutFor(config);
  const { snapshots, unusable } = looking(() => readCatalog(layout));
  return {
    directory: layout.snapshots,
    snapshots: looking(() => snapshots.map(listedSnapshot)),
    unusable: unusable.map(({ id, path, error }) => ({ id, path, problem: error.what })),
  };
}

function listedSnapshot(snapshot: Snapshot): ListedSnapshot {
  const { manifest } = snapshot;
  const checkedAt = manifest.integrity === 'not checked' ? null : manifest.createdAt;
  return { ...manifest, checkedAt, problem: visibleProblem(snapshot) ?? null };
}

/**
 * Verifies that a snapshot is sound and is the file that was taken.
 * @param id The snapshot's id, the beginning of it, or `latest`.
 * @throws {DrydockError} PREFLIGHT if it is not; USAGE if no snapshot has that id.
 * @example
 * const { snapshot } = await verifySnapshot(config, 'latest');
 * console.log(snapshot.createdAt);
 */
export async function verifySnapshot(config: Config, id: string): Promise<{ readonly snapshot: Manifest }> {
  const { examineSnapshot } = await import('../run/prove-snapshot.ts');
  const layout = layoutFor(config);
  const snapshot = looking(() => findSnapshot(layout, id));
  await examineSnapshot(snapshot, {
    temporaryDirectory: layout.snapshots,
    extensions: config.sqliteExtensions,
    signal: new AbortController().signal,
  });
  return { snapshot: snapshot.manifest };
}

/**
 * Takes a snapshot now.
 * @throws {DrydockError} PREFLIGHT, BUSY, LOCKED, DAMAGED_BEFORE or STOPPED.
 * @example
 * const { snapshot } = await createSnapshot(config);
 * console.log(snapshot.id);
 */
export async function createSnapshot(config: Config, options: SessionOptions = {}): Promise<CreatedSnapshot> {
  return run(config, { verb: 'snapshot create' }, options, {
    work: async (runs, request, observer, stop) => {
      const { manifest, path, reused } = await runs.createSnapshot(request, observer, stop);
      return { snapshot: manifest, path, reused };
    },
    sentence: ({ snapshot, path, reused }) =>
      reused
        ? `Took no snapshot, since ${snapshot.id} has the same content: ${path}.`
        : `Took snapshot ${snapshot.id}: ${path}.`,
  });
}

export interface RestoreOptions extends SessionOptions {
  /** Continues even if the database holds what no snapshot has. The restore keeps it. */
  readonly dataLoss?: 'accepted';
}

/**
 * Puts a snapshot back; what it replaces is kept.
 * @param id The snapshot's id, the beginning of it, or `latest`.
 * @throws {DrydockError} with the state of the data; USAGE if no snapshot has that id, or if the database holds what no
 *   snapshot has and its loss was not accepted.
 * @example
 * const { restored } = await restoreSnapshot(config, 'latest', { dataLoss: 'accepted' });
 * console.log(restored.revision);
 */
export async function restoreSnapshot(
  config: Config,
  id: string,
  options: RestoreOptions = {},
): Promise<RestoreReport> {
  return run(config, { verb: 'snapshot restore', targets: [id] }, options, {
    work: async (_runs, request, observer, stop) => {
      const { agreeToRestore } = await import('./restore-consent.ts');
      await agreeToRestore(config, id, consentOf(options), observer, stop);
      const { restore } = await import('../run/restore-run.ts');
      return restore(request, id, observer, stop);
    },
    sentence: ({ database, restored }) =>
      `Restored ${database} from snapshot ${restored.id}: it is at ${describeRevisions(restored.revision)}.`,
  });
}

/**
 * Removes the snapshots that the retention policy does not keep.
 * @example
 * const { pruned } = await pruneSnapshots(config);
 * console.log(pruned);
 */
export async function pruneSnapshots(
  config: Config,
  options: SessionOptions = {},
): Promise<{ readonly pruned: readonly string[] }> {
  return run(config, { verb: 'snapshot prune' }, options, {
    work: async (runs, request, observer, stop) => ({ pruned: await runs.pruneSnapshots(request, observer, stop) }),
    sentence: ({ pruned }) => `${sayPruned(pruned)}.`,
  });
}

type SnapshotVerb = Extract<RunCommand['verb'], `snapshot ${string}`>;

type SnapshotRuns = typeof import('../run/snapshot-runs.ts');

interface SnapshotRun<T> {
  readonly work: (runs: SnapshotRuns, request: RunRequest, observer: Observer, stop: AbortSignal) => Promise<T>;
  /** What it did. */
  readonly sentence: (result: T) => string;
}

async function run<T>(
  config: Config,
  { verb, targets = [] }: { readonly verb: SnapshotVerb; readonly targets?: readonly string[] },
  options: SessionOptions,
  { work, sentence }: SnapshotRun<T>,
): Promise<T> {
  const command = { verb };
  const describe = (result: T): Ended => ({ ending: { outcome: 'done', exitCode: 0, sentence: sentence(result) } });
  return recordedRun(sessionFor(config, options), { config, command, targets, describe }, async (observer, stop) =>
    work(await import('../run/snapshot-runs.ts'), { command, config, toolVersion: toolVersion() }, observer, stop),
  );
}

/** A sentence, without its full stop. @param pruned Ids. */
export function sayPruned(pruned: readonly string[]): string {
  return pruned.length === 0 ? 'Every snapshot is kept by the retention policy' : `Removed ${pruned.join(', ')}`;
}
