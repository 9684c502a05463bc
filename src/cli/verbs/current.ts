import type { Config } from '../../config/config.ts';
import { readState } from '../../run/read-state.ts';
import type { Output } from '../print.ts';

export async function current(config: Config): Promise<Output> {
  const { database, graph, applied } = readState(config);
  const lines = applied.current.map((id) => (graph.heads.includes(id) ? `${id} (head)` : id));
  return {
    data: { database, current: applied.current, heads: graph.heads },
    text: lines.length === 0 ? `base: no revision is applied to ${database}` : lines.join('\n'),
  };
}
