/** Everything reachable from these ids by these steps, including the ids themselves. */
export function reachable(from: Iterable<string>, steps: (id: string) => readonly string[]): ReadonlySet<string> {
  const reached = new Set<string>();
  const open = [...from];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (reached.has(id)) continue;
    reached.add(id);
    open.push(...steps(id));
  }
  return reached;
}
