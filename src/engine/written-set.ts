/**
 * Which tables the statements of a migration could have written. Each is explained just before it runs, since root pages
 * are reused within a run. It fails closed: what it cannot follow makes every table written.
 */
import type Database from 'better-sqlite3';
import type { TableRename } from '../checks/measurement.ts';
import { type Instruction, type ProgramWrites, writesOf } from '../checks/program.ts';
import { tablesByRoot } from '../checks/root-pages.ts';
import type { Written } from '../checks/written.ts';
import { codeOf, messageOf } from '../errors.ts';
import { queryPort } from '../files/query-port.ts';
import { firstKeyword } from '../revisions/sql/sql-tokens.ts';
import { foldName } from '../schema/names.ts';

export interface WrittenSet {
  /** Call it before a statement runs that may write, and with the parameters that it runs with. */
  readonly note: (sql: string, params: readonly unknown[]) => void;
  /** From here on every table counts as written. @param because A clause. */
  readonly noteEvery: (because: string) => void;
  /** Forgets the programs of earlier statements: something changed the schema without a statement. */
  readonly forget: () => void;
  /** An operation begins or has ended: it may have rebuilt a table, which has its name and another root page then. */
  readonly betweenOperations: () => void;
  /** What was written since the last call, with dropped tables and new ones with rows, and what was renamed. */
  readonly endStep: () => { readonly written: Written; readonly renames: readonly TableRename[] };
  /** What was written since the start, with what only the schema shows. */
  readonly all: () => Written;
}

/** A virtual table of one of these writes to its shadow tables and to nothing else. */
const knownModules = /^(?:fts[345]|fts4aux|fts3tokenize|fts5vocab|rtree|rtree_i32|geopoly|dbstat)$/i;

/** Statements that change no schema and no setting, so that the same text compiles to the same program after them. */
const dataVerbs = new Set(['INSERT', 'UPDATE', 'DELETE', 'REPLACE', 'WITH']);

export function followWrites(connection: Database.Database): WrittenSet {
  const before = schemaRows(connection);
  const written = new Map<string, string>();
  let ofStep = new Map<string, string>();
  /** Before the first statement, of the step or since an operation, that could rename, drop or fill a table; most steps have none. */
  let tablesBefore: Tables | undefined;
  let renames: readonly TableRename[] = [];
  let destroyed = new Set<number>();
  let programs = new Map<string, ProgramWrites>();
  /** Those that add nothing to the step if they run again. */
  let followed = new Set<string>();
  let roots: Map<number, string> | undefined;
  const always =
    connection.pragma('auto_vacuum', { simple: true }) === 0
      ? undefined
      : 'the database has auto_vacuum, which moves pages of any table';
  let every = always;
  let everyOfStep = always;

  const add = (table: string) => ofStep.set(foldName(table), table);
  const noteEvery = (because: string) => {
    everyOfStep ??= because;
  };
  const forget = () => {
    programs = new Map();
    roots = undefined;
    followed = new Set();
  };
  const programOf = (sql: string, params: readonly unknown[]): ProgramWrites => {
    const known = programs.get(sql);
    if (known !== undefined) return known;
    const explained = connection.prepare(`EXPLAIN ${sql}`).raw();
    const writes = writesOf(explained.all(...params) as unknown as Instruction[]);
    programs.set(sql, writes);
    return writes;
  };
  const noteRoot = (root: number) => {
    if (root === schemaRoot) return;
    roots ??= tablesByRoot(queryPort(connection));
    const table = roots.get(root);
    if (table === undefined) noteEvery(`a statement writes to page ${root}, which is the root of no table`);
    else add(table);
  };
  const noteVirtual = () => {
    const { virtual, shadows, unknown } = virtualTables(connection);
    for (const table of [...virtual, ...shadows]) add(table);
    if (unknown !== undefined) noteEvery(`the virtual table ${unknown} belongs to a module that Drydock does not know`);
  };
  const follow = ({ roots: touched, destroyed: gone, virtual, every: because }: ProgramWrites) => {
    for (const root of touched) noteRoot(root);
    for (const root of gone) destroyed.add(root);
    if (virtual) noteVirtual();
    if (because !== undefined) noteEvery(because);
  };
  const followRenames = () => {
    if (tablesBefore !== undefined) {
      const now = tablesIn(connection);
      for (const name of [...without(tablesBefore, now), ...without(now, tablesBefore)]) add(name);
      renames = joined(renames, renamed(tablesBefore, now, destroyed), now);
      tablesBefore = undefined;
    }
    destroyed = new Set();
  };

  return {
    noteEvery,
    forget,
    betweenOperations: followRenames,
    note(sql, params) {
      if (followed.has(sql)) return;
      const keyword = firstKeyword(sql);
      const changesData = dataVerbs.has(keyword);
      if (!changesData) forget();
      try {
        const program = programOf(sql, params);
        if (program.fills || program.virtual || !(changesData || keyword === 'CREATE'))
          tablesBefore ??= tablesIn(connection);
        follow(program);
        if (changesData && !program.fills && !program.virtual) followed.add(sql);
      } catch (error) {
        // Anything else, such as a failed read, would stop the statement itself too.
        if (codeOf(error) !== 'SQLITE_ERROR') throw error;
        noteEvery(`a statement could not be explained (${messageOf(error)})`);
      }
      if (!changesData) forget();
    },
    endStep() {
      followRenames();
      // What cannot be followed may have moved trees to other pages.
      const told = everyOfStep === undefined ? renames : [];
      for (const { to } of told) add(to);
      renames = [];
      const step: Written =
        everyOfStep === undefined
          ? { kind: 'tables', tables: [...ofStep.values()], views: [] }
          : { kind: 'every table', because: everyOfStep };
      for (const [key, table] of ofStep) written.set(key, table);
      every ??= everyOfStep;
      ofStep = new Map();
      everyOfStep = always;
      // The connection is reset between two steps.
      forget();
      return { written: step, renames: told };
    },
    all() {
      const because = every ?? everyOfStep;
      if (because !== undefined) return { kind: 'every table', because };
      const tables = new Map([...written, ...ofStep]);
      const changed = changedObjects(before, schemaRows(connection));
      for (const table of changed.tables) tables.set(foldName(table), table);
      const { virtual, shadows } = virtualTables(connection);
      if (shadows.some((table) => tables.has(foldName(table)))) {
        for (const table of [...virtual, ...shadows]) tables.set(foldName(table), table);
      }
      return { kind: 'tables', tables: [...tables.values()].sort(), views: changed.views };
    },
  };
}

const schemaRoot = 1;

/** The root page of each table by its name; 0 of a virtual one. */
type Tables = ReadonlyMap<string, number>;

function tablesIn(connection: Database.Database): Tables {
  const rows = connection.prepare("SELECT name, rootpage FROM main.sqlite_schema WHERE type = 'table'").raw();
  return new Map(rows.all() as [string, number][]);
}

/** A table that has another name keeps its root page. @param destroyed Pages that may have become the root of another one. */
function renamed(before: Tables, now: Tables, destroyed: ReadonlySet<number>): TableRename[] {
  const names = new Map([...now].filter(([, root]) => root > 0).map(([name, root]) => [root, name]));
  const stored = [...before].flatMap(([from, root]) => {
    const to = destroyed.has(root) ? undefined : names.get(root);
    return to === undefined || to === from ? [] : [{ from, to }];
  });
  const virtual = [...before].flatMap(([from, root]) => {
    // A virtual table is renamed with its shadow tables.
    const shadow = root > 0 || now.has(from) ? undefined : stored.find((other) => other.from.startsWith(`${from}_`));
    const to = shadow?.to.slice(0, from.length - shadow.from.length);
    return to !== undefined && now.get(to) === 0 ? [{ from, to }] : [];
  });
  return [...stored, ...virtual];
}

/** One list of renames after another. */
function joined(first: readonly TableRename[], then: readonly TableRename[], now: Tables): readonly TableRename[] {
  const after = (name: string) => then.find(({ from }) => from === name)?.to ?? name;
  const moved = first.map(({ from, to }) => ({ from, to: after(to) }));
  const fresh = then.filter(({ from }) => !first.some(({ to }) => to === from));
  return [...moved, ...fresh].filter(({ from, to }) => from !== to && now.has(to));
}

type SchemaRow = readonly [type: string, name: string, table: string, root: number | null, sql: string | null];

function schemaRows(connection: Database.Database): SchemaRow[] {
  const rows = connection.prepare('SELECT type, name, tbl_name, rootpage, sql FROM main.sqlite_schema').raw();
  return rows.all() as unknown as SchemaRow[];
}

/** What has a row on one side only: it was created, dropped or changed, or got another root page. */
function changedObjects(before: readonly SchemaRow[], after: readonly SchemaRow[]) {
  const keyed = (rows: readonly SchemaRow[]) => new Map(rows.map((row) => [JSON.stringify(row), row]));
  const [old, now] = [keyed(before), keyed(after)];
  const changed = [...[...old].filter(([key]) => !now.has(key)), ...[...now].filter(([key]) => !old.has(key))].map(
    ([, row]) => row,
  );
  const tablesOf = (...types: readonly string[]) =>
    changed.filter(([type]) => types.includes(type)).map(([, , table]) => table);
  return { tables: tablesOf('table', 'index'), views: [...new Set(tablesOf('view'))] };
}

function virtualTables(connection: Database.Database) {
  const stored = connection.prepare(
    "SELECT name, sql FROM main.sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL%'",
  );
  const virtual = stored.raw().all() as [string, string][];
  if (virtual.length === 0) return { virtual: [], shadows: [], unknown: undefined };
  const shadows = connection
    .prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow'")
    .pluck()
    .all() as string[];
  const unknown = virtual.find(([, sql]) => !knownModules.test(moduleOf(sql)))?.[0];
  return { virtual: virtual.map(([name]) => name), shadows, unknown };
}

/** SQLite stores the beginning of the statement as it was written: `CREATE VIRTUAL TABLE name USING module(…)`. */
function moduleOf(sql: string): string {
  return /\bUSING\s+["'`[]?([A-Za-z0-9_]+)/i.exec(sql)?.[1] ?? '';
}

function without(tables: Tables, others: Tables): string[] {
  return [...tables.keys()].filter((name) => !others.has(name));
}
