import type { Config } from '../../config/config.ts';
import { readState } from '../../run/read-state.ts';
import type { Output } from '../print.ts';

export async function history(config: Config): Promise<Output> {
  const { graph, applied } = readState(config);
  const appliedIds = graph.ancestors(applied.current.filter((id) => graph.get(id) !== undefined));
  const entries = graph.revisions.toReversed().map(({ id, revises, message, path }) => ({
    id,
    revises,
    message,
    path,
    applied: appliedIds.has(id),
    current: applied.current.includes(id),
    head: graph.heads.includes(id),
  }));
  const lines = entries.map(({ id, revises, message, current, head }) => {
    const marks = [head ? ' (head)' : '', current ? ' (current)' : ''].join('');
    return `${revises.length === 0 ? '<base>' : revises.join(', ')} -> ${id}${marks}, ${message}`;
  });
  return {
    data: { revisions: entries, runs: applied.history },
    text: lines.length === 0 ? `There are no revisions in ${config.migrations}` : lines.join('\n'),
  };
}
