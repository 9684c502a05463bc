import { foldName } from '../schema/names.ts';
import { type CompiledObject, newComplaint, type SchemaObject } from '../schema/objects/objects.ts';
import type { StepLeft } from './measurement.ts';

/** What does not compile after a run. */
export interface BrokenObject extends SchemaObject {
  /** In SQLite's words; of one that cannot be looked at, what only the application has. */
  readonly complaint: string;
  /** Whether it compiled, or was broken, before the run, or did not exist, or cannot be looked at. */
  readonly before: 'compiled' | 'broken' | 'absent' | 'unseen';
}

/** @param left What each revision did to the names of tables, in order. */
export function brokenObjects(
  before: readonly CompiledObject[],
  after: readonly CompiledObject[],
  left: readonly StepLeft[],
): BrokenObject[] {
  const formerly = originalNames(left);
  const known = new Map(before.map((object) => [keyOf(object), object]));
  const now = new Set(
    after.filter(({ complaint }) => complaint === undefined).map((object) => keyOf(object, formerly)),
  );
  /** The tables whose foreign keys were rewritten: one that compiled is gone, and whatever is there in its place counts. */
  const rewritten = new Set(
    before
      .filter((object) => object.kind === 'foreign key' && object.complaint === undefined && !now.has(keyOf(object)))
      .map(({ name }) => foldName(name)),
  );
  return after.flatMap((object): BrokenObject[] => {
    const { kind, name, parent, unseen } = object;
    const named = { kind, name, ...(parent !== undefined && { parent }) };
    if (unseen !== undefined) return [{ ...named, complaint: unseen, before: 'unseen' }];
    const old = known.get(keyOf(object, formerly));
    const complaint = (old && newComplaint(old, object)) ?? object.complaint;
    // Whether the columns of the parent are a key, the check of the rows tells.
    if (complaint === undefined || complaint.startsWith('foreign key mismatch')) return [];
    const was = old === undefined ? 'absent' : old.complaint === undefined ? 'compiled' : 'broken';
    const isRewritten =
      was === 'absent' && object.kind === 'foreign key' && rewritten.has(formerly(foldName(object.name)));
    return [{ ...named, complaint, before: isRewritten ? 'compiled' : was }];
  });
}

/** Tables may have other names than before; views and triggers are only ever dropped and created again. */
function keyOf({ kind, name, parent = '' }: SchemaObject, formerly = (table: string) => table): string {
  const names = kind === 'foreign key' ? [formerly(foldName(name)), formerly(foldName(parent))] : [foldName(name)];
  return JSON.stringify([kind, ...names]);
}

/** From the name of a table after the run to that before it, both folded. */
function originalNames(left: readonly StepLeft[]): (table: string) => string {
  const originals = left.reduce((names, { renames }) => {
    const next = new Map(names);
    for (const { from } of renames) next.delete(foldName(from));
    for (const { from, to } of renames) next.set(foldName(to), names.get(foldName(from)) ?? foldName(from));
    return next;
  }, new Map<string, string>());
  return (table) => originals.get(table) ?? table;
}
