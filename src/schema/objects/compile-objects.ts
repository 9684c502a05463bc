import { codeOf, messageOf } from '../../errors.ts';
import { textAt, withReplaced, wordsOf } from '../edit/edit-text.ts';
import { namedArguments } from '../full-text.ts';
import { foldName, includesName, sameName } from '../names.ts';
import { unquoted } from '../normalise/normalise.ts';
import { parseStmt } from '../parse.ts';
import { quoteName } from '../quote.ts';
import type { SchemaRow } from '../read-schema.ts';
import { type CompiledObject, mayHaveObjects } from './objects.ts';
import type { Scratch } from './scratch.ts';
import { type StoredObjects, storeRows, storeSchema } from './store-schema.ts';

/** Folded column names of each table that stands for a virtual table, by its folded name. */
export type StubTables = ReadonlyMap<string, ReadonlySet<string>>;

export interface Compiled {
  readonly objects: readonly CompiledObject[];
  /** For virtual tables whose module is missing: the columns that were needed. */
  readonly stubs: StubTables;
}

/**
 * Finds out which views, triggers and foreign keys of a schema compile, without running anything and without the database
 * itself. What only the application has is replaced: its functions, its collations, and the virtual tables of its modules,
 * with whatever columns the objects need.
 *
 * @param db An empty database. The caller closes it.
 * @param stubs From an earlier state of the same schema: then those virtual tables get the same columns and no others.
 */
export function compileObjects(db: Scratch, stored: StoredObjects, stubs?: StubTables): Compiled {
  if (!stored.rows.some(mayHaveObjects)) return { objects: [], stubs: new Map() };
  const rows = withKnownCollations(db, stored.rows);
  const triggers = rows.filter(({ type }) => type === 'trigger');
  const others = rows.filter((row) => !triggers.includes(row));
  const compiler = new Compiler(db, storeWithStubs(db, { ...stored, rows: others }, stubs), stubs === undefined);
  const views = rows.filter(({ type }) => type === 'view');
  return {
    objects: [
      ...views.map(({ name, sql }): CompiledObject => ({ kind: 'view', name, complaint: compiler.view(name, sql) })),
      ...triggers.map((row): CompiledObject => ({ kind: 'trigger', name: row.name, complaint: compiler.trigger(row) })),
      ...foreignKeys(db),
    ],
    stubs: compiler.stubs,
  };
}

/** Virtual tables that cannot be made here become ordinary ones. */
function storeWithStubs(db: Scratch, stored: StoredObjects, known: StubTables | undefined): Map<string, Set<string>> {
  const stubs = new Map<string, Set<string>>();
  const unmade = storeSchema(db, stored);
  if (unmade.length === 0) return stubs;
  db.editSchema(() => {
    for (const { name } of unmade) db.run('DELETE FROM main.sqlite_schema WHERE name = ? AND rootpage = 0', name);
  });
  const tables = unmade.map((row): SchemaRow => {
    const columns = known?.get(foldName(row.name)) ?? columnsToBegin(row);
    stubs.set(foldName(row.name), new Set(columns));
    return { ...row, sql: `CREATE TABLE ${quoteName(row.name)} (${[...columns].map(quoteName).join(', ')})` };
  });
  storeRows(db, tables);
  return stubs;
}

/** Searches name the table like a column: `WHERE docs MATCH …`. */
function columnsToBegin({ name, sql }: SchemaRow): ReadonlySet<string> {
  return new Set([...namedArguments(sql), name].map(foldName));
}

/** SQLite cannot compile what sorts or compares by a collation that it does not have; any other one does for compiling. */
function withKnownCollations(db: Scratch, rows: readonly SchemaRow[]): SchemaRow[] {
  const known = db.all('SELECT name FROM pragma_collation_list').map(({ name }) => String(name));
  return rows.map((row) => (/\bcollate\b/i.test(row.sql) ? { ...row, sql: replaceUnknown(row.sql, known) } : row));
}

function replaceUnknown(sql: string, known: readonly string[]): string {
  const words = wordsOf(sql);
  return words.reduceRight((text, word, index) => {
    const before = words[index - 1];
    const isCollation = before !== undefined && sameName(textAt(sql, before), 'collate');
    return isCollation && !includesName(known, unquoted(textAt(sql, word))) ? withReplaced(text, word, 'BINARY') : text;
  }, sql);
}

class Compiler {
  readonly #db: Scratch;
  readonly stubs: Map<string, Set<string>>;
  readonly #mayGrow: boolean;

  constructor(db: Scratch, stubs: Map<string, Set<string>>, mayGrow: boolean) {
    this.#db = db;
    this.stubs = stubs;
    this.#mayGrow = mayGrow;
  }

  view(name: string, text: string): string | undefined {
    return this.#complaint(`SELECT * FROM main.${quoteName(name)}`, text);
  }

  /** Alone, so that nothing else is blamed. Creating it resolves no names; the statement that would fire it does. */
  trigger({ name, tbl_name, sql }: SchemaRow): string | undefined {
    const created = this.#attempt(() => this.#db.run(sql));
    if (created !== undefined) return created;
    try {
      return this.#firing(tbl_name, sql)
        .map((statement) => this.#complaint(statement, sql))
        .find((complaint) => complaint !== undefined);
    } finally {
      this.#db.run(`DROP TRIGGER main.${quoteName(name)}`);
    }
  }

  #firing(table: string, createTrigger: string): string[] {
    const target = `main.${quoteName(table)}`;
    const parsed = parseStmt(createTrigger);
    const event =
      parsed.status === 'ok' && parsed.root?.type === 'CreateTriggerStmt' ? parsed.root.event.type : undefined;
    const insert = `INSERT INTO ${target} DEFAULT VALUES`;
    const remove = `DELETE FROM ${target}`;
    if (event === 'InsertTriggerEvent') return [insert];
    if (event === 'DeleteTriggerEvent') return [remove];
    // Of a view that does not compile SQLite knows no columns; any assignment then gives its complaint.
    const columns = this.#columns(table);
    const assigned = columns.length === 0 ? ['x'] : columns;
    const update = `UPDATE ${target} SET ${assigned.map((column) => `${quoteName(column)} = NULL`).join(', ')}`;
    return event === undefined ? [insert, update, remove] : [update];
  }

  #columns(table: string): string[] {
    try {
      return this.#db
        .all("SELECT name FROM pragma_table_xinfo(?, 'main') WHERE hidden < 2 ORDER BY cid", table)
        .map(({ name }) => String(name));
    } catch (error) {
      requireComplaint(error);
      return [];
    }
  }

  #complaint(statement: string, text: string): string | undefined {
    const answered = new Set<string>();
    for (;;) {
      const complaint = this.#attempt(() => this.#db.compile(statement));
      if (complaint === undefined || answered.has(complaint) || !this.#answer(complaint, text)) return complaint;
      answered.add(complaint);
    }
  }

  #attempt(work: () => void): string | undefined {
    try {
      work();
      return undefined;
    } catch (error) {
      requireComplaint(error);
      return messageOf(error);
    }
  }

  /** Supplies what a complaint is about, if only the application has it. */
  #answer(complaint: string, text: string): boolean {
    const scalar = /^(?:no such|unknown) function: (.+?)(?:\(\))?$|^wrong number of arguments to function (.+)\(\)$/;
    const aggregate =
      /^(.+)\(\) may not be used as a window function$|may not be used with non-aggregate (.+)\(\)$|^misuse of window function (.+)\(\)$/;
    for (const [pattern, kind] of [
      [scalar, 'scalar'],
      [aggregate, 'aggregate'],
    ] as const) {
      const name = pattern
        .exec(complaint)
        ?.slice(1)
        .find((group) => group !== undefined);
      if (name === undefined) continue;
      this.#db.stubFunction(name, kind);
      return true;
    }
    return this.#mayGrow && this.#grow(complaint, text);
  }

  #grow(complaint: string, text: string): boolean {
    const [, named, column = ''] =
      /^table (.+) has no column named (.+)$/.exec(complaint) ??
      /^no such column: (?:(.*)\.)?([^.]+?)$/.exec(complaint) ??
      [];
    if (column === '') return false;
    const mentioned = [...this.stubs].filter(([table]) => mentions(text, table));
    const [table, columns] =
      mentioned.find(([name]) => named !== undefined && sameName(name, named)) ?? mentioned[0] ?? [];
    if (table === undefined || columns === undefined || columns.has(foldName(column))) return false;
    this.#db.run(`ALTER TABLE main.${quoteName(table)} ADD COLUMN ${quoteName(column)}`);
    columns.add(foldName(column));
    return true;
  }
}

function mentions(text: string, table: string): boolean {
  return foldName(text).includes(table);
}

/** Any other failure, such as too little memory, says nothing about the schema. */
function requireComplaint(error: unknown): void {
  if (!/^SQLITE_ERROR/.test(codeOf(error))) throw error;
}

/** The parent has to exist; whether its columns are a key shows when the foreign keys are checked. */
function foreignKeys(db: Scratch): CompiledObject[] {
  const tables = db
    .all("SELECT name FROM main.sqlite_schema WHERE type IN ('table', 'view')")
    .map(({ name }) => String(name));
  const references = db.all(
    `SELECT DISTINCT t.name, f."table" AS parent FROM main.sqlite_schema AS t, pragma_foreign_key_list(t.name, 'main') AS f
     WHERE t.type = 'table' ORDER BY t.name, f.id`,
  );
  return references.map(({ name, parent }) => ({
    kind: 'foreign key',
    name: String(name),
    parent: String(parent),
    complaint: includesName(tables, String(parent)) ? undefined : `no such table: ${parent}`,
  }));
}
