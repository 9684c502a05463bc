/** A part of the page, made of what was measured for it. */
import type { Cell, Part, Surroundings } from './measured.ts';

export interface Section {
  /** Without the surroundings, which `measuredWhen` says. */
  readonly text: string;
  /** For the head of the page: what was aimed at, and what was seen. */
  readonly aims: readonly (readonly [aim: string, seen: string])[];
}

/** When and on what. Where not all of it was measured on the same code on the same day, it says which was. */
export function measuredWhen(cells: readonly Cell<Part>[]): string {
  const kinds = new Map<
    string,
    { readonly surroundings: Surroundings; readonly keys: string[]; readonly loads: number[] }
  >();
  for (const { key, surroundings } of cells) {
    const { load: _, ...same } = surroundings;
    const id = JSON.stringify(same);
    const kind = kinds.get(id) ?? { surroundings, keys: [], loads: [] };
    kind.keys.push(key);
    kind.loads.push(Number(surroundings.load));
    kinds.set(id, kind);
  }
  const several = kinds.size > 1;
  const lines = [...kinds.values()].map(({ surroundings: { date, drydock, machine, versions }, keys, loads }) => {
    const which = several ? ` (${keys.join('; ')})` : '';
    const load = `${Math.min(...loads).toFixed(1)} to ${Math.max(...loads).toFixed(1)}`;
    return `- ${date}, ${drydock}; ${machine}; ${versions}; load ${load}${which}`;
  });
  return `Measured:\n\n${lines.join('\n')}`;
}
