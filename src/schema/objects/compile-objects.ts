import { codeOf, DrydockError, messageOf } from '../../errors.ts';
import { textAt, withReplaced, wordsOf } from '../edit/edit-text.ts';
import { takenForText, textsOf, withTextInSingleQuotes } from '../edit/text-in-quotes.ts';
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
  const { rows, compiler } = begin(db, stored, stubs);
  const views = rows.filter(({ type }) => type === 'view').map((row) => ({ row, object: compiler.compile(row) }));
  const triggers = rows.filter(({ type }) => type === 'trigger').map((row) => ({ row, object: compiler.compile(row) }));
  const blamed = triggers.map((each) =>
    isAnothers(each, [...views, ...triggers]) ? { ...each.object, complaint: undefined } : each.object,
  );
  return { objects: [...views.map(({ object }) => object), ...blamed, ...foreignKeys(db)], stubs: compiler.stubs };
}

interface Compared {
  readonly row: SchemaRow;
  readonly object: CompiledObject;
}

/** It fails because of its view, or of the INSTEAD OF trigger through which it writes. */
function isAnothers(trigger: Compared, all: readonly Compared[]): boolean {
  const { complaint } = trigger.object;
  return all.some(
    ({ row, object }) =>
      row !== trigger.row &&
      complaint !== undefined &&
      object.complaint === complaint &&
      (row.type === 'view'
        ? row.name === trigger.row.tbl_name
        : insteadOf.test(row.sql) && !insteadOf.test(trigger.row.sql)),
  );
}

/**
 * Why a view or trigger of a schema does not compile, with text in double quotes read as names.
 * @param db An empty database. The caller closes it.
 */
export function complaintAbout(db: Scratch, stored: StoredObjects, { type, name }: SchemaRow): string | undefined {
  const { rows, compiler } = begin(db, stored, undefined);
  const row = rows.find((each) => each.type === type && each.name === name);
  return row && compiler.complaint(row);
}

function begin(db: Scratch, stored: StoredObjects, stubs: StubTables | undefined) {
  const rows = withKnownCollations(db, stored.rows);
  // Without its INSTEAD OF triggers a view cannot be written to, as another trigger may do.
  const stores = rows.filter((row) => row.type !== 'trigger' || insteadOf.test(row.sql));
  const tables = storeWithStubs(db, { ...stored, rows: stores }, stubs);
  return { rows, compiler: new Compiler(db, tables, stubs === undefined) };
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

function kindOf({ type }: SchemaRow): 'view' | 'trigger' {
  return type === 'view' ? 'view' : 'trigger';
}

const insteadOf = /\bINSTEAD\s+OF\b/i;

class Compiler {
  readonly #db: Scratch;
  readonly stubs: Map<string, Set<string>>;
  readonly #mayGrow: boolean;

  constructor(db: Scratch, stubs: Map<string, Set<string>>, mayGrow: boolean) {
    this.#db = db;
    this.stubs = stubs;
    this.#mayGrow = mayGrow;
  }

  /** What an application stored as text in double quotes is text. */
  compile(row: SchemaRow): CompiledObject {
    const object = { kind: kindOf(row), name: row.name };
    const complaint = this.complaint(row);
    const unseen = complaint === undefined ? undefined : tableFunctionIn(row.sql, complaint);
    if (unseen !== undefined) return { ...object, complaint: undefined, unseen };
    if (complaint === undefined || takenForText(complaint) === undefined) return { ...object, complaint };
    try {
      const readable = withTextInSingleQuotes(row.sql, (text) => {
        const said = this.complaint(row, text);
        if (said !== undefined) throw new Unreadable(said);
      });
      if (object.kind === 'view') this.#createAgain('VIEW', row.name, readable);
      return { ...object, complaint: undefined, texts: textsOf(row.sql, readable) };
    } catch (error) {
      requireComplaint(error);
      return { ...object, complaint };
    }
  }

  /**
   * Creating it resolves no names; what uses it does. A trigger is there alone, so that nothing else is blamed.
   * @param text Instead of its own SQL.
   */
  complaint(row: SchemaRow, text = row.sql): string | undefined {
    const isThere = row.type === 'view' || insteadOf.test(row.sql);
    const kind = row.type === 'view' ? 'VIEW' : 'TRIGGER';
    const unmade = this.#attempt(() => {
      if (!isThere) this.#db.run(text);
      else if (text !== row.sql) this.#createAgain(kind, row.name, text);
    });
    if (unmade !== undefined) return unmade;
    try {
      const uses = kind === 'VIEW' ? [`SELECT * FROM main.${quoteName(row.name)}`] : this.#firing(row.tbl_name, text);
      return uses.map((sql) => this.#complaint(sql, text)).find((complaint) => complaint !== undefined);
    } finally {
      if (!isThere) this.#db.run(`DROP TRIGGER main.${quoteName(row.name)}`);
      else if (text !== row.sql) this.#createAgain(kind, row.name, row.sql);
    }
  }

  #createAgain(kind: 'VIEW' | 'TRIGGER', name: string, sql: string): void {
    // A view's triggers go with it; they are stored again, since those that act instead have to be there.
    const triggers = this.#db.all("SELECT sql FROM main.sqlite_schema WHERE type = 'trigger' AND tbl_name = ?", name);
    this.#db.run(`DROP ${kind} main.${quoteName(name)}`);
    this.#db.run(sql);
    if (kind === 'VIEW') for (const trigger of triggers) this.#db.run(String(trigger['sql']));
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

/** A virtual table of the application that is used like a function, without CREATE VIRTUAL TABLE: `FROM series(1, 10)`. */
function tableFunctionIn(text: string, complaint: string): string | undefined {
  const [, name] = /^no such table: (?:main\.)?(.+)$/.exec(complaint) ?? [];
  if (name === undefined) return undefined;
  const words = wordsOf(text).map((word) => textAt(text, word));
  return words.some((word, at) => sameName(unquoted(word), name) && words[at + 1] === '(') ? name : undefined;
}

function mentions(text: string, table: string): boolean {
  return foldName(text).includes(table);
}

/** Any other failure, such as too little memory, says nothing about the schema. */
function requireComplaint(error: unknown): void {
  if (error instanceof Unreadable || error instanceof DrydockError) return;
  if (!codeOf(error).startsWith('SQLITE_ERROR')) throw error;
}

/** Text in double quotes is not all that an object is refused for. */
class Unreadable extends Error {}

/** Compiling the check looks up the parent's key. */
function mismatch(db: Scratch, child: string, parent: string): string | undefined {
  try {
    db.compile(`EXPLAIN PRAGMA main.foreign_key_check(${quoteName(child)})`);
    return undefined;
  } catch (error) {
    requireComplaint(error);
    // It says which of the foreign keys it is about.
    return messageOf(error).endsWith(`referencing "${parent}"`) ? messageOf(error) : undefined;
  }
}

/** The parent has to exist, with the columns as its key. */
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
    complaint: includesName(tables, String(parent))
      ? mismatch(db, String(name), String(parent))
      : `no such table: ${parent}`,
  }));
}
