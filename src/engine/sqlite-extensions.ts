/** Loads what `sqlite_extensions` names: modules that register functions and virtual tables, and loadable extensions. */
import { statSync } from 'node:fs';
import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { codeOf, DrydockError, messageOf } from '../errors.ts';
import { importRevision } from './import-revision.ts';

/** A value that SQL gives a function, and that a function gives SQL. `undefined` is NULL. */
export type SqliteValue = null | undefined | number | bigint | string | Uint8Array;

export interface SqliteFunctionOptions {
  /** The same arguments always give the same value. An index and a generated column need it. */
  readonly deterministic?: boolean;
  /** Not in a view, a trigger or the schema. */
  readonly directOnly?: boolean;
  /** Integers arrive as `bigint`. */
  readonly safeIntegers?: boolean;
  /** Any number of arguments, instead of as many as the JavaScript function has parameters. */
  readonly varargs?: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: the types of arguments and rows are the application's own.
type Any = any;

export interface SqliteAggregateOptions extends SqliteFunctionOptions {
  /** The value to begin with, or a function that makes it. Default: `null`. */
  readonly start?: unknown;
  /** Returns the next value; `undefined` keeps the one before. */
  readonly step: (total: Any, ...args: Any[]) => unknown;
  /** Takes a row back; with it the aggregate is a window function too. */
  readonly inverse?: (total: Any, ...args: Any[]) => unknown;
  readonly result?: (total: Any) => SqliteValue;
}

export interface SqliteTable {
  readonly columns: readonly string[];
  /** Hidden columns, which are arguments. Default: the parameters of `rows`. */
  readonly parameters?: readonly string[];
  readonly rows: (...args: Any[]) => Generator<Any, unknown, unknown>;
  readonly safeIntegers?: boolean;
  readonly directOnly?: boolean;
}

/**
 * What a module of `sqlite_extensions` registers with. Its default export is called with one for each connection, and must
 * not be async.
 * @example
 * import type { SqliteRegistry } from 'sqlite-drydock';
 * export default function register(db: SqliteRegistry) {
 *   db.function('title_sort', { deterministic: true }, (title: string) => title.replace(/^the /i, ''));
 * }
 */
export interface SqliteRegistry {
  /** A function: `db.function('twice', { deterministic: true }, (x) => 2 * x)`. */
  function(name: string, run: (...args: Any[]) => SqliteValue): this;
  function(name: string, options: SqliteFunctionOptions, run: (...args: Any[]) => SqliteValue): this;
  /** An aggregate: `db.aggregate('product', { start: 1, step: (total, x) => total * x })`. */
  aggregate(name: string, options: SqliteAggregateOptions): this;
  /** A virtual table, or with a function a module for `CREATE VIRTUAL TABLE`, called with the arguments of that. */
  table(name: string, made: SqliteTable | ((...args: string[]) => SqliteTable)): this;
  /** A loadable extension, such as one that an npm package brings. */
  loadExtension(path: string): this;
}

/** What a driver can do; better-sqlite3's methods, with all arguments given. */
export interface Equippable {
  function(name: string, options: SqliteFunctionOptions, run: (...args: Any[]) => SqliteValue): unknown;
  aggregate(name: string, options: Any): unknown;
  table(name: string, made: Any): unknown;
  loadExtension(path: string): unknown;
}

/** Gives a connection what one entry of `sqlite_extensions` brings. */
export type Extension = (connection: Equippable) => void;

/**
 * @param paths Absolute.
 * @throws {DrydockError} USAGE if one is missing or a module is none that registers something.
 */
export async function loadExtensions(paths: readonly string[]): Promise<readonly Extension[]> {
  const loaded: Extension[] = [];
  for (const path of paths) {
    requireFile(path);
    const equip: Extension = isModule(path)
      ? await loadModule(path)
      : (connection) => void connection.loadExtension(path);
    loaded.push((connection) => {
      try {
        equip(connection);
      } catch (error) {
        throw error instanceof DrydockError ? error : cannotLoad(path, whyNot(path, messageOf(error)), error);
      }
    });
  }
  return loaded;
}

function isModule(path: string): boolean {
  return /\.[cm]?[jt]s$/i.test(path);
}

function requireFile(path: string): void {
  try {
    if (statSync(path).isFile()) return;
  } catch (error) {
    throw cannotLoad(path, codeOf(error) === 'ENOENT' ? 'there is no such file' : messageOf(error), error);
  }
  throw cannotLoad(path, 'it is not a file');
}

async function loadModule(path: string): Promise<Extension> {
  let module: Record<string, unknown>;
  try {
    // A name in .cjs says what the module is, whatever the package.json above it says.
    module = /^\.c[jt]s$/i.test(extname(path)) ? await import(pathToFileURL(path).href) : await importRevision(path);
  } catch (error) {
    throw cannotLoad(path, messageOf(error), error);
  }
  const register = module['default'];
  if (typeof register !== 'function') throw cannotLoad(path, 'its default export is not a function');
  return (connection) => {
    const returned: unknown = register(registryOf(connection));
    if (returned instanceof Promise) {
      returned.catch(() => undefined);
      throw cannotLoad(path, 'its default export is async, and what it registers would come too late');
    }
  };
}

/** SQLite's last attempt is a longer name, and only that is in its message. */
function whyNot(path: string, message: string): string {
  return message.startsWith(`${path}.so: `)
    ? 'it is no extension of SQLite for this system, or it needs a library that is not there'
    : message;
}

function cannotLoad(path: string, why: string, cause?: unknown): DrydockError {
  return new DrydockError('USAGE', {
    what: `${path} of sqlite_extensions cannot be loaded: ${why}`,
    state: 'Nothing was changed',
    next: 'Correct the file, or sqlite_extensions in the config, and run again',
    cause,
  });
}

/** Not the connection itself: a module must not run statements on the database. */
function registryOf(connection: Equippable): SqliteRegistry {
  const registry: SqliteRegistry = {
    function(name: string, ...given: unknown[]) {
      const [options, run] = (given.length === 1 ? [{}, given[0]] : given) as [SqliteFunctionOptions, Run];
      connection.function(name, options, answering(name, run));
      return registry;
    },
    aggregate(name, options) {
      const { start, step, inverse, result } = options;
      connection.aggregate(name, {
        ...options,
        ...(typeof start === 'function' && { start: failing(name, start as Run) }),
        step: failing(name, step),
        ...(inverse && { inverse: failing(name, inverse) }),
        result: answering(name, result ?? ((total) => total)),
      });
      return registry;
    },
    table(name, made) {
      connection.table(
        name,
        typeof made === 'function' ? failing(name, (...args) => tableOf(name, made(...args))) : tableOf(name, made),
      );
      return registry;
    },
    loadExtension(path) {
      connection.loadExtension(path);
      return registry;
    },
  };
  return registry;
}

type Run = (...args: Any[]) => unknown;

/** SQLite and both drivers see a failure as one of the statement, whatever was thrown. */
function failing(name: string, run: Run): Run {
  return like(run, (...args) => {
    try {
      return run(...args);
    } catch (error) {
      throw failure(name, messageOf(error), error);
    }
  });
}

/** As {@link failing}, also for what is no value of SQL. */
function answering(name: string, run: Run): (...args: Any[]) => SqliteValue {
  const safe = failing(name, run);
  return like(safe, (...args) => {
    const value = safe(...args);
    if (isValue(value)) return value;
    const what = typeof value === 'object' ? Object.prototype.toString.call(value).slice(8, -1) : typeof value;
    throw failure(name, `it returned a value that SQL does not have (${what})`);
  });
}

function isValue(value: unknown): value is SqliteValue {
  if (typeof value === 'bigint') return BigInt.asIntN(64, value) === value;
  return value == null || typeof value === 'number' || typeof value === 'string' || value instanceof Uint8Array;
}

function tableOf(name: string, table: SqliteTable): SqliteTable {
  const { rows } = table;
  const safe = function* (...args: unknown[]) {
    try {
      yield* rows(...args);
    } catch (error) {
      throw failure(name, messageOf(error), error);
    }
  };
  return { ...table, rows: like(rows, safe) };
}

/** The drivers read from it how many arguments the SQL function takes. */
export function like<Wrapped extends Run>(run: Run, wrapped: Wrapped): Wrapped {
  return Object.defineProperty(wrapped, 'length', { value: run.length });
}

/** How the message of a failure in a function of `sqlite_extensions` reads. */
function failure(name: string, why: string, cause?: unknown): Error {
  return Object.assign(new Error(`${name}() of sqlite_extensions failed: ${why}`, { cause }), { code: 'SQLITE_ERROR' });
}
