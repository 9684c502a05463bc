/** Compares which views, triggers and foreign keys compile before and after the revisions of a run. */
import type Database from 'better-sqlite3';
import { type BrokenObject, brokenObjects } from '../checks/broken-objects.ts';
import type { StepLeft } from '../checks/measurement.ts';
import { compileObjects } from '../schema/objects/compile-objects.ts';
import { mayHaveObjects } from '../schema/objects/objects.ts';
import { inScratch } from '../schema/objects/scratch.ts';
import type { StoredObjects } from '../schema/objects/store-schema.ts';
import type { SchemaRow } from '../schema/read-schema.ts';
import { openScratch } from './scratch.ts';

export function storedObjects(connection: Database.Database): StoredObjects {
  const rows = connection
    .prepare('SELECT type, name, tbl_name, sql FROM main.sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid')
    .all() as SchemaRow[];
  const shadows = connection.prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow'");
  return { rows, shadowTables: shadows.pluck().all() as string[] };
}

/** @param left What each revision did. */
export function brokenBy(
  before: StoredObjects,
  after: StoredObjects,
  left: readonly StepLeft[],
): readonly BrokenObject[] {
  if (!before.rows.some(mayHaveObjects) || JSON.stringify(before) === JSON.stringify(after)) return [];
  const compiled = inScratch(openScratch, (db) => compileObjects(db, before));
  const now = inScratch(openScratch, (db) => compileObjects(db, after, compiled.stubs));
  return brokenObjects(compiled.objects, now.objects, left);
}
