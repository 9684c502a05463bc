import type { Config } from '../../config/config.ts';
import { layoutFor } from '../../files/layout.ts';
import { renderTable } from '../../report/table.ts';
import type { RunRequest } from '../../run/outcome.ts';
import { describeBytes, describeRevisions } from '../../run/words.ts';
import type { Observer } from '../../run-events.ts';
import { findSnapshot, readCatalog } from '../../snapshots/catalog.ts';
import { toolVersion } from '../../version.ts';
import type { Output } from '../print.ts';

export async function list(config: Config): Promise<Output> {
  const layout = layoutFor(config.database);
  const { snapshots, unusable } = readCatalog(layout);
  const manifests = snapshots.map(({ manifest }) => manifest);
  const rows = manifests
    .toReversed()
    .map(({ id, reason, revision, bytes, integrity }) => [
      id,
      reason,
      describeRevisions(revision),
      describeBytes(bytes),
      integrity,
    ]);
  const table =
    rows.length === 0
      ? `There are no snapshots in ${layout.snapshots}`
      : renderTable(['ID', 'REASON', 'REVISION', 'SIZE', 'INTEGRITY'], rows, [3]);
  return {
    data: {
      directory: layout.snapshots,
      snapshots: manifests,
      unusable: unusable.map(({ id, path, error }) => ({ id, path, problem: error.what })),
    },
    text: [table, ...unusable.map(({ path, error }) => `Not usable: ${path}, since ${error.what}`)].join('\n'),
  };
}

export async function verify(config: Config, id: string): Promise<Output> {
  const { proveSnapshot } = await import('../../run/prove-snapshot.ts');
  const layout = layoutFor(config.database);
  const snapshot = findSnapshot(layout, id);
  await proveSnapshot(snapshot, { temporaryDirectory: layout.snapshots, signal: new AbortController().signal });
  const { manifest } = snapshot;
  return {
    data: { snapshot: manifest },
    text: `Snapshot ${manifest.id} is sound: sha256 as recorded, integrity_check ok, at ${describeRevisions(manifest.revision)}`,
  };
}

export async function create(config: Config): Promise<Output> {
  const snapshot = await runSnapshotCommand(config, 'snapshot create', async (runs, request, observer, stop) =>
    runs.createSnapshot(request, observer, stop),
  );
  const { manifest, path, reused } = snapshot;
  const how = reused ? 'The same content was stored already:' : 'Took';
  return {
    data: { snapshot: manifest, path, reused },
    text: `${how} snapshot ${manifest.id} (${describeBytes(manifest.bytes)}), at ${describeRevisions(manifest.revision)}: ${path}`,
  };
}

export async function restore(config: Config, id: string): Promise<Output> {
  const report = await runSnapshotCommand(config, 'snapshot restore', async (runs, request, observer, stop) =>
    runs.restore(request, id, observer, stop),
  );
  const kept = report.kept === null ? 'There was no database to keep.' : `What it replaced is kept in ${report.kept}.`;
  return {
    data: { ...report },
    text: `Restored ${report.database} from snapshot ${report.restored.id}: it is at ${describeRevisions(report.restored.revision)}. ${kept}`,
  };
}

export async function prune(config: Config): Promise<Output> {
  const pruned = await runSnapshotCommand(config, 'snapshot prune', async (runs, request, observer, stop) =>
    runs.pruneSnapshots(request, observer, stop),
  );
  return {
    data: { pruned },
    text: pruned.length === 0 ? 'Every snapshot is kept by the retention policy' : `Removed ${pruned.join(', ')}`,
  };
}

type SnapshotRuns = typeof import('../../run/snapshot-runs.ts');

async function runSnapshotCommand<T>(
  config: Config,
  verb: 'snapshot create' | 'snapshot restore' | 'snapshot prune',
  work: (runs: SnapshotRuns, request: RunRequest, observer: Observer, stop: AbortSignal) => Promise<T>,
): Promise<T> {
  const { withRunLog } = await import('../run-session.ts');
  return withRunLog(verb, config, async (observer, stop) =>
    work(
      await import('../../run/snapshot-runs.ts'),
      { command: { verb }, config, toolVersion: toolVersion() },
      observer,
      stop,
    ),
  );
}
