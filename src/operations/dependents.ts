import { DrydockError } from '../errors.ts';
import { compileObjects } from '../schema/objects/compile-objects.ts';
import { type CompiledObject, describeObject, mayHaveObjects, newComplaint } from '../schema/objects/objects.ts';
import { inScratch } from '../schema/objects/scratch.ts';
import { createdAgain } from './created-again.ts';
import type { SqlPort } from './sql-port.ts';

/**
 * Changes the schema, and fails if a view, trigger or foreign key that compiled before no longer does. SQLite itself checks
 * only some of them, and only for some changes: ADD COLUMN breaks a trigger that inserts into the table by position. Objects
 * that were broken before the change do not count.
 *
 * @param what The change, for the error: `dropColumn on people`.
 * @throws {DrydockError} Naming everything that would break.
 */
export function keepingDependents<T>(port: SqlPort, what: string, change: (before: readonly CompiledObject[]) => T): T {
  return port.atomically(() => {
    const before = compileReadable(port);
    const result = change(before);
    assertStillCompiles(before, compileDependents(port), what);
    return result;
  });
}

/** Compiles all dependents, after those that fail only because of text in double quotes were created again without. */
export function compileReadable(port: SqlPort): readonly CompiledObject[] {
  const compiled = compileDependents(port);
  const changed = brokenAmong(compiled)
    .filter(({ texts }) => texts !== undefined)
    .filter((one) => isMended(port, one));
  // One that now compiles may have been in the way of another.
  return changed.length === 0 ? compiled : compileReadable(port);
}

/** One that cannot be created again is broken, like any other that does not compile. */
function isMended(port: SqlPort, { kind, name }: CompiledObject): boolean {
  try {
    return createdAgain(port, kind, name);
  } catch (error) {
    if (error instanceof DrydockError) return false;
    throw error;
  }
}

/** Compiles every view, trigger and foreign key, with stubs for what only the application has. */
export function compileDependents(port: SqlPort): readonly CompiledObject[] {
  const rows = port
    .all('SELECT type, name, tbl_name, sql FROM main.sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid')
    .map(({ type, name, tbl_name, sql }) => ({
      type: String(type),
      name: String(name),
      tbl_name: String(tbl_name),
      sql: String(sql),
    }));
  if (!rows.some(mayHaveObjects)) return [];
  const shadows = port.all("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow'");
  const stored = { rows, shadowTables: shadows.map(({ name }) => String(name)) };
  const compiled = inScratch(port.scratch, (db) => compileObjects(db, stored).objects);
  // A table may be dropped before those that refer to it; what is left of that is judged at the end of the run.
  return compiled.filter(
    ({ kind, complaint }) => kind !== 'foreign key' || complaint?.startsWith('no such table') !== true,
  );
}

/** The views and triggers that do not compile. While there is one, SQLite can neither rename nor drop a column. */
export function brokenAmong(compiled: readonly CompiledObject[]): CompiledObject[] {
  return compiled.filter(
    ({ kind, complaint, texts }) => kind !== 'foreign key' && (complaint !== undefined || texts !== undefined),
  );
}

/** For errors: `the view totals (no such table: main.orders)`. */
export function describeBroken(object: CompiledObject): string {
  return `${describeObject(object)} (${object.complaint ?? 'text in double quotes'})`;
}

/** @throws {DrydockError} */
export function assertStillCompiles(
  before: readonly CompiledObject[],
  after: readonly CompiledObject[],
  what: string,
): void {
  const broken = after.flatMap((one) => {
    const old = before.filter(
      ({ kind, name, parent }) => kind === one.kind && name === one.name && parent === one.parent,
    );
    const complaint =
      old.length === 0 ? one.complaint : old.map((each) => newComplaint(each, one)).find((each) => each !== undefined);
    return complaint === undefined || old.some((each) => each.complaint !== undefined) ? [] : [{ ...one, complaint }];
  });
  if (broken.length === 0) return;
  throw new DrydockError('REVISION_FAILED', {
    what: `${what} would break ${broken.map(describeBroken).join(', ')}`,
    next: 'Drop or change that in the revision first, and create it again afterwards',
  });
}
