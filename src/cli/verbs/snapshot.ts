import * as api from '../../api/snapshots.ts';
import type { Config } from '../../config/config.ts';
import { describeBytes, describeRevisions } from '../../format.ts';
import { renderTable } from '../../report/text-table.ts';
import { describeRowDifferences } from '../../snapshots/row-differences.ts';
import { visible } from '../../visible.ts';
import type { Output } from '../print.ts';
import { terminal } from '../terminal.ts';
import { dataLoss, type YesFlag } from './yes.ts';

export async function list(config: Config): Promise<Output> {
  const found = await api.listSnapshots(config);
  const rows = found.snapshots
    .toReversed()
    .map((snapshot) => [
      snapshot.id,
      snapshot.reason,
      describeRevisions(snapshot.revision),
      describeBytes(snapshot.bytes),
      integrityOf(snapshot),
    ]);
  const table =
    rows.length === 0
      ? visible(`There are no snapshots in ${found.directory}`)
      : renderTable(['ID', 'REASON', 'REVISION', 'SIZE', 'INTEGRITY'], rows, [3]);
  const changed = found.snapshots.flatMap(({ id, problem }) =>
    problem === null ? [] : visible(`Not usable: snapshot ${id} ${problem.what}`),
  );
  const unusable = found.unusable.map(({ path, problem }) => visible(`Not usable: ${path}, since ${problem}`));
  return { data: { ...found }, text: [table, ...changed, ...unusable].join('\n') };
}

/** A list reads no content: it shows what was known when the snapshot was taken. */
function integrityOf({ integrity, problem }: api.ListedSnapshot): string {
  if (problem !== null) return problem.seen;
  return integrity === 'ok' ? 'ok, when taken' : integrity;
}

export async function verify(config: Config, id: string): Promise<Output> {
  const { snapshot } = await api.verifySnapshot(config, id);
  return {
    data: { snapshot },
    text: visible(
      `Snapshot ${snapshot.id} is sound: sha256 as recorded, integrity_check ok, at ${describeRevisions(snapshot.revision)}`,
    ),
  };
}

export async function create(config: Config): Promise<Output> {
  const created = await api.createSnapshot(config, { host: terminal('snapshot create', config) });
  const { snapshot, path, reused } = created;
  const how = reused ? 'The same content was stored already:' : 'Took';
  return {
    data: { ...created },
    text: visible(
      `${how} snapshot ${snapshot.id} (${describeBytes(snapshot.bytes)}), at ${describeRevisions(snapshot.revision)}: ${path}`,
    ),
    ran: true,
  };
}

export async function restore(config: Config, id: string, flags: YesFlag = {}): Promise<Output> {
  const host = terminal('snapshot restore', config);
  const report = await api.restoreSnapshot(config, id, { ...dataLoss(flags), host });
  const { database, restored, kept, tables } = report;
  const where = kept === null ? 'There was no database to keep.' : `What it replaced is kept in ${kept}.`;
  const what = tables.length === 0 ? '' : ` That was in no other snapshot; it had ${describeRowDifferences(tables)}.`;
  return {
    data: { ...report },
    text: visible(
      `Restored ${database} from snapshot ${restored.id}: it is at ${describeRevisions(restored.revision)}. ${where}${what}`,
    ),
    ran: true,
  };
}

export async function prune(config: Config): Promise<Output> {
  const { pruned } = await api.pruneSnapshots(config, { host: terminal('snapshot prune', config) });
  return { data: { pruned }, text: visible(api.sayPruned(pruned)), ran: true };
}
