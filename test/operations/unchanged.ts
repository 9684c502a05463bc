/** Whether all is as before, but for what an operation may change. Nothing here is shared with the operations. */
import assert from 'node:assert/strict';
import type Database from 'better-sqlite3';
import { tokenize } from 'sqlite3-parser';
import type { Effect } from './random-context.ts';
import { userTables } from './random-context.ts';
import { quote } from './random-schema.ts';

interface SchemaObject {
  readonly name: string;
  readonly sql: string;
}

export interface State {
  readonly objects: readonly SchemaObject[];
  /** Of each table, of each column (and of the rowid), its values in the order of the rows. */
  readonly values: ReadonlyMap<string, ReadonlyMap<string, readonly unknown[]>>;
  readonly columns: ReadonlyMap<string, ReadonlyMap<string, unknown>>;
  readonly foreignKeys: ReadonlyMap<string, readonly string[]>;
  readonly sequences: string;
  readonly usableViews: readonly string[];
}

export function stateOf(db: Database.Database): State {
  const tables = userTables(db);
  const objects = db
    .prepare<[], SchemaObject>(
      "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite%' ORDER BY name",
    )
    .all();
  return {
    objects,
    values: new Map(tables.map((table) => [table, valuesOf(db, table)])),
    columns: new Map(tables.map((table) => [table, columnsOf(db, table)])),
    foreignKeys: new Map(tables.map((table) => [table, foreignKeysOf(db, table)])),
    sequences: sequencesOf(db),
    usableViews: objects
      .filter(({ sql, name }) => sql.startsWith('CREATE VIEW') && isUsable(db, name))
      .map(({ name }) => name),
  };
}

export function assertOnlyEffect(before: State, after: State, effect: Effect): void {
  const renamed = (name: string) => (effect.rename?.of === 'table' && name === effect.table ? effect.rename.to : name);
  const beside = (state: State, table: string) =>
    state.objects.filter(({ name }) => name !== table && !effect.objects.includes(name));
  const [stale, fresh] = [beside(before, effect.table), beside(after, renamed(effect.table))];
  assert.deepEqual(
    fresh.map(({ name }) => name),
    stale.map(({ name }) => name),
    'objects appeared or are gone',
  );
  for (const [index, { name, sql }] of stale.entries()) {
    const now = fresh[index]?.sql ?? '';
    if (effect.rename === undefined) assert.equal(now, sql, `the SQL of ${name} changed`);
    else assertRenamed(sql, now, effect.rename);
  }
  for (const [table, columns] of before.values)
    assertSameValues(columns, after.values.get(renamed(table)), table, effect);
  for (const [table, columns] of before.columns) {
    if (table !== effect.table) assert.deepEqual(after.columns.get(table), columns, `the columns of ${table} changed`);
    else if (effect.rename === undefined && !effect.constraints)
      assertSameColumns(columns, after.columns.get(table), effect);
  }
  if (effect.rename === undefined && !effect.constraints && effect.columns.length === 0) {
    for (const [table, keys] of before.foreignKeys) assert.deepEqual(after.foreignKeys.get(table), keys);
  }
  if (effect.rename === undefined && !effect.constraints)
    assert.equal(after.sequences, before.sequences, 'AUTOINCREMENT counters changed');
  const broken = before.usableViews.filter((view) => !after.usableViews.includes(view));
  assert.deepEqual(broken, [], 'views broke');
}

/** The same statement, with blanks, comments and quotes aside. */
export function meaning(sql: string): string[] {
  return [...tokenize(sql)].filter(({ text }) => text !== '').map(({ text }) => unquoted(text));
}

function assertRenamed(
  before: string,
  after: string,
  { from, to }: { readonly from: string; readonly to: string },
): void {
  const [stale, fresh] = [meaning(before), meaning(after)];
  assert.equal(fresh.length, stale.length, `${before} became ${after}`);
  for (const [index, word] of stale.entries()) {
    const now = fresh[index] ?? '';
    const same = now === word || (word.toLowerCase() === from.toLowerCase() && now === to);
    assert.ok(same, `${word} became ${now} in ${after}`);
  }
}

function assertSameValues(
  before: ReadonlyMap<string, readonly unknown[]>,
  after: ReadonlyMap<string, readonly unknown[]> | undefined,
  table: string,
  effect: Effect,
): void {
  for (const [column, values] of before) {
    const isTarget = table === effect.table;
    if (isTarget && effect.columns.includes(column) && !effect.constraints) continue;
    if (isTarget && effect.rowids && column === '#rowid') continue;
    const renamed =
      isTarget && effect.rename?.of === 'column' && effect.rename.from === column ? effect.rename.to : column;
    const now = after?.get(renamed);
    // A new key is a new order.
    const inOrder = (list: readonly unknown[] | undefined) => (effect.rowids ? list?.toSorted() : list);
    assert.deepEqual(inOrder(now), inOrder(values), `values of ${table}.${column} changed`);
  }
}

function assertSameColumns(
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown> | undefined,
  { columns }: Effect,
): void {
  for (const [name, info] of before) {
    if (!columns.includes(name)) assert.deepEqual(after?.get(name), info, `the definition of ${name} changed`);
  }
}

function valuesOf(db: Database.Database, table: string): Map<string, readonly unknown[]> {
  const names = [...columnsOf(db, table).keys()];
  const withoutRowid = db.prepare('SELECT wr FROM pragma_table_list(?)').pluck().get(table) === 1;
  const key = db.prepare<[string], string>('SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk').pluck();
  // By the value itself: the order of the key changes with its collation.
  const byValue = (name: string) => `typeof(t.${quote(name)}), quote(t.${quote(name)})`;
  const order = withoutRowid ? key.all(table).map(byValue) : ['t.rowid'];
  const from = `FROM ${quote(table)} AS t ORDER BY ${order.join(', ')}`;
  const read = (sql: string) => db.prepare(`SELECT ${sql} ${from}`).pluck().all();
  const values = new Map<string, readonly unknown[]>(
    names.map((name) => [name, read(`typeof(t.${quote(name)}) || quote(t.${quote(name)})`)]),
  );
  return withoutRowid ? values : values.set('#rowid', read('CAST(t.rowid AS TEXT)'));
}

function columnsOf(db: Database.Database, table: string): Map<string, unknown> {
  const columns = db.prepare<[string], { name: string; cid: number }>('SELECT * FROM pragma_table_xinfo(?)').all(table);
  return new Map(columns.map(({ cid: _, ...column }) => [column.name, column]));
}

function foreignKeysOf(db: Database.Database, table: string): string[] {
  return db
    .prepare('SELECT * FROM pragma_foreign_key_list(?)')
    .all(table)
    .map((key) => JSON.stringify(key))
    .sort();
}

function sequencesOf(db: Database.Database): string {
  if (db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'").get() === undefined) return '[]';
  return JSON.stringify(db.prepare('SELECT name, CAST(seq AS TEXT) FROM sqlite_sequence ORDER BY name').raw().all());
}

function isUsable(db: Database.Database, view: string): boolean {
  try {
    db.prepare(`SELECT * FROM ${quote(view)}`).all();
    return true;
  } catch {
    return false;
  }
}

function unquoted(text: string): string {
  const first = text.charAt(0);
  return first === '"' ? text.slice(1, -1).replaceAll('""', '"') : text;
}
