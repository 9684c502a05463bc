import { codeOf } from '../../errors.ts';
import { includesName } from '../names.ts';
import type { SchemaRow } from '../read-schema.ts';
import type { Scratch } from './scratch.ts';

/** A schema as it is stored, and the names of the tables behind its virtual tables. */
export interface StoredObjects {
  readonly rows: readonly SchemaRow[];
  readonly shadowTables: readonly string[];
}

/**
 * Puts a stored schema into an empty database as it stands, without running its statements: SQLite reads text from
 * sqlite_schema that it would not accept in a new statement, such as strings in double quotes or the collation of an
 * application. Only virtual tables are created, since their module has to fill their shadow tables.
 *
 * @returns The virtual tables that cannot be created here, because their module or tokenizer is missing. They are stored
 *   too, with their shadow tables.
 */
export function storeSchema(db: Scratch, { rows, shadowTables }: StoredObjects): readonly SchemaRow[] {
  const isShadow = ({ tbl_name }: SchemaRow) => includesName(shadowTables, tbl_name);
  storeRows(
    db,
    rows.filter((row) => !isVirtual(row) && !isShadow(row)),
  );
  const unmade = rows.filter((row) => isVirtual(row) && !isMade(db, row.sql));
  if (unmade.length === 0) return [];
  const there = db.all('SELECT name FROM main.sqlite_schema').map(({ name }) => String(name));
  storeRows(db, [...unmade, ...rows.filter((row) => isShadow(row) && !there.includes(row.name))]);
  return unmade;
}

/** Adds rows to sqlite_schema, with an empty tree for each table and index. */
export function storeRows(db: Scratch, rows: readonly SchemaRow[]): void {
  if (rows.length === 0) return;
  db.editSchema(() => {
    const tables = makeTrees(db, 'TABLE', rows.filter(isTable).length);
    const indexes = makeTrees(db, 'INDEX', rows.filter(isIndex).length);
    for (const row of rows) {
      const root = isTable(row) ? tables.pop() : isIndex(row) ? indexes.pop() : 0;
      insert(db, { ...row, root: root ?? 0 });
    }
  });
  // Only SQLite knows from the text which tables are trees of keys, and which indexes constraints have.
  const keyed = db
    .all("SELECT name FROM pragma_table_list WHERE schema = 'main' AND wr = 1 AND type IN ('table', 'shadow')")
    .filter(({ name }) => rows.some((row) => isTable(row) && row.name === name));
  const automatic = db
    .all(
      `SELECT t.name AS tbl_name, i.name FROM main.sqlite_schema AS t JOIN pragma_table_list AS l ON l.name = t.name AND l.schema = 'main',
         pragma_index_list(t.name, 'main') AS i
       WHERE t.type = 'table' AND t.rootpage > 0 AND i.origin <> 'c' AND NOT (i.origin = 'pk' AND l.wr = 1) ORDER BY t.rowid, i.seq DESC`,
    )
    .filter(({ tbl_name }) => rows.some((row) => isTable(row) && row.name === tbl_name));
  if (keyed.length + automatic.length === 0) return;
  db.editSchema(() => {
    const roots = makeTrees(db, 'INDEX', keyed.length + automatic.length);
    for (const { name } of keyed)
      db.run("UPDATE main.sqlite_schema SET rootpage = ? WHERE type = 'table' AND name = ?", roots.pop(), name);
    for (const { name, tbl_name } of automatic)
      insert(db, { type: 'index', name: String(name), tbl_name: String(tbl_name), root: roots.pop() ?? 0, sql: null });
  });
}

/** Makes empty trees, and gives their root pages. */
function makeTrees(db: Scratch, kind: 'TABLE' | 'INDEX', count: number): number[] {
  if (count === 0) return [];
  db.run('CREATE TABLE "drydock tree" (x)');
  for (let number = 0; number < count; number += 1)
    db.run(`CREATE ${kind} "drydock tree ${number}" ${kind === 'TABLE' ? '(x)' : 'ON "drydock tree" (x)'}`);
  const roots = db.all(`SELECT rootpage FROM main.sqlite_schema WHERE name GLOB 'drydock tree *'`);
  db.run("DELETE FROM main.sqlite_schema WHERE name GLOB 'drydock tree*'");
  db.run('PRAGMA writable_schema = RESET');
  db.run('PRAGMA writable_schema = ON');
  return roots.map(({ rootpage }) => Number(rootpage));
}

function insert(
  db: Scratch,
  row: Omit<SchemaRow, 'sql'> & { readonly root: number; readonly sql: string | null },
): void {
  db.run(
    'INSERT INTO main.sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES (?, ?, ?, ?, ?)',
    ...[row.type, row.name, row.tbl_name, row.root, row.sql],
  );
}

function isMade(db: Scratch, sql: string): boolean {
  try {
    db.run(sql);
    return true;
  } catch (error) {
    if (codeOf(error) !== 'SQLITE_ERROR') throw error;
    return false;
  }
}

function isTable(row: SchemaRow): boolean {
  return row.type === 'table' && !isVirtual(row);
}

function isIndex({ type }: SchemaRow): boolean {
  return type === 'index';
}

/** SQLite stores this beginning in upper case with single spaces. */
function isVirtual({ type, sql }: SchemaRow): boolean {
  return type === 'table' && /^CREATE VIRTUAL TABLE\b/i.test(sql);
}
