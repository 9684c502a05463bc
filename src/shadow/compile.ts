import type { Revision } from '../revisions/revision.ts';
import { foldName } from '../schema/names.ts';
import { type CompiledObject, describeObject, mayHaveObjects } from '../schema/objects/objects.ts';
import type { StoredSchema } from '../schema/read-schema.ts';
import { isIgnored } from '../schema/users-tables.ts';
import { type InMemory, inEngine } from './replay.ts';

/** What is not looked for: what revisions announce as broken, and names as `ignore_tables` has them. */
export interface Excused {
  readonly revisions: readonly Revision[];
  readonly ignored: readonly string[];
}

/** One sentence for each view, trigger and foreign key of a database that does not compile. */
export async function findBroken({ rows, facts }: StoredSchema, excused: Excused, around: InMemory): Promise<string[]> {
  if (!rows.some(mayHaveObjects)) return [];
  const objects = await inEngine('compile', { rows, shadowTables: facts.shadowTables }, around);
  const announced = new Set(
    excused.revisions
      .flatMap(({ expect }) => [...expect.up, ...expect.down])
      .flatMap((one) => ('broken' in one ? [foldName(one.broken)] : [])),
  );
  return objects
    .filter(({ name }) => !announced.has(foldName(name)) && !isIgnored(name, excused.ignored))
    .flatMap((object) => (object.complaint === undefined ? [] : [sentenceOf(object)]));
}

function sentenceOf(object: CompiledObject): string {
  return `${describeObject(object)} does not compile (${object.complaint})`;
}
