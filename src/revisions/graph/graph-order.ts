/** The one order in which the revisions of a graph run. */
import { DrydockError } from '../../errors.ts';
import type { Revision } from '../revision.ts';

type Neighbours = (id: string) => readonly string[];

/**
 * Kahn's algorithm: repeatedly takes the smallest id whose predecessors have all been taken.
 * @param before What a revision revises and depends on.
 * @param after What revises it and depends on it.
 * @throws {DrydockError} USAGE if revisions form a cycle.
 */
export function inOrder(byId: ReadonlyMap<string, Revision>, before: Neighbours, after: Neighbours): readonly string[] {
  const order: string[] = [];
  const missing = new Map([...byId.keys()].map((id) => [id, before(id).length]));
  const ready = [...byId.keys()].filter((id) => missing.get(id) === 0).sort();
  for (let id = ready.shift(); id !== undefined; id = ready.shift()) {
    order.push(id);
    missing.delete(id);
    const known = ready.length;
    for (const next of after(id)) {
      const left = (missing.get(next) ?? 0) - 1;
      missing.set(next, left);
      if (left === 0) ready.push(next);
    }
    if (ready.length > known) ready.sort();
  }
  if (missing.size > 0) throw cycleError(byId, before, new Set(missing.keys()));
  return order;
}

/** @param stuck The ids that never became ready. Each has a predecessor among them, so following those leads to a cycle. */
function cycleError(byId: ReadonlyMap<string, Revision>, before: Neighbours, stuck: ReadonlySet<string>): DrydockError {
  const path: string[] = [];
  let id = [...stuck].sort()[0] ?? '';
  while (!path.includes(id)) {
    path.push(id);
    id = before(id).find((other) => stuck.has(other)) ?? '';
  }
  const circle = path.slice(path.indexOf(id)).reverse();
  const first = circle.indexOf([...circle].sort()[0] ?? '');
  const rotated = [...circle.slice(first), ...circle.slice(0, first)];
  const files = rotated.map((member) => byId.get(member)?.path).join(', ');
  const depends = rotated.some((member, index) => {
    const previous = rotated.at(index - 1) ?? member;
    return byId.get(member)?.revises.includes(previous) === false;
  });
  return new DrydockError('USAGE', {
    what: `The revisions form a cycle, ${[...rotated, rotated[0]].join(' -> ')}, in the files ${files}`,
    next: depends ? 'Correct what one of them revises or depends on' : 'Correct what one of them revises',
  });
}
