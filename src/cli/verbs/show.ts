import type { Config } from '../../config/config.ts';
import { DrydockError } from '../../errors.ts';
import { resolveRevision } from '../../revisions/address.ts';
import { loadGraph } from '../../run/preflight.ts';
import { readState } from '../../run/read-state.ts';
import type { Output } from '../print.ts';

export async function show(config: Config, address: string): Promise<Output> {
  const { graph, current } = stateFor(config, address);
  const ids = resolveRevision(graph, address, current);
  const revisions = ids.flatMap((id) => graph.get(id) ?? []);
  if (revisions.length === 0) {
    throw new DrydockError('USAGE', { what: `'${address}' names no revision`, next: 'See drydock history' });
  }
  const entries = revisions.map(({ id, revises, message, path, checksum, transaction, expect }) => ({
    id,
    revises,
    children: graph.children(id),
    head: graph.heads.includes(id),
    message,
    path,
    checksum,
    transaction,
    expect,
  }));
  const text = entries
    .map((entry) =>
      [
        `Rev: ${entry.id}${entry.head ? ' (head)' : ''}`,
        `Parent: ${entry.revises.length === 0 ? '<base>' : entry.revises.join(', ')}`,
        `Path: ${entry.path}`,
        `Checksum: ${entry.checksum}`,
        ...(entry.transaction ? [] : ['Transaction: false']),
        '',
        `    ${entry.message}`,
      ].join('\n'),
    )
    .join('\n\n');
  return { data: { revisions: entries }, text };
}

/** Only an address that starts from where the database is needs the database. */
function stateFor(config: Config, address: string) {
  if (address !== 'current' && !/^[+-]/.test(address)) return { graph: loadGraph(config.migrations), current: [] };
  const { graph, applied } = readState(config);
  return { graph, current: applied.current };
}
