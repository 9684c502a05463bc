/** Reads a database as the reading commands do, with what `sqlite_extensions` brings. */
import type { DatabaseSync, SQLInputValue, SQLOutputValue } from 'node:sqlite';
import { type Reader, withReader } from '../files/database-reader.ts';
import { extensionsHere } from './open-database.ts';
import { type Equippable, like, type SqliteFunctionOptions } from './sqlite-extensions.ts';

/**
 * As {@link withReader}. No connection of better-sqlite3 may be in use meanwhile: a loadable extension calls the SQLite
 * library that loaded it last.
 */
export function readEquipped<T>(database: string, read: (reader: Reader) => T): T {
  return withReader(database, read, undefined, (connection) => {
    for (const equip of extensionsHere()) equip(asEquippable(connection));
  });
}

type Run = (...args: unknown[]) => unknown;

/** Node's driver with the ways of better-sqlite3. */
function asEquippable(connection: DatabaseSync): Equippable {
  return {
    function(name, options, run) {
      connection.function(name, asNodes(options), withArguments(options, run) as SqlFunction);
    },
    aggregate(name, options) {
      const { step, inverse, result } = options;
      connection.aggregate(name, {
        ...asNodes(options),
        start: () => begin(options.start) as unknown as SQLInputValue,
        step: withArguments(options, keeping(step)) as SqlFunction,
        ...(inverse && { inverse: withArguments(options, keeping(inverse)) as SqlFunction }),
        result: (state) => end(state as unknown as State, result),
      });
    },
    // It knows no virtual tables; what is read here is not in them.
    table: () => undefined,
    loadExtension: (path) => connection.loadExtension(path),
  };
}

type SqlFunction = (...args: SQLOutputValue[]) => SQLInputValue;

function asNodes({ deterministic = false, directOnly = false, varargs = false }: SqliteFunctionOptions) {
  // Otherwise a large integer is an error.
  return { deterministic, directOnly, varargs, useBigIntArguments: true };
}

/** Of an aggregate. What was thrown is kept until the end, since Node's driver forgets what a step throws. */
interface State {
  total: unknown;
  failure?: { readonly thrown: unknown };
}

function begin(start: unknown): State {
  try {
    return { total: typeof start === 'function' ? start() : (start ?? null) };
  } catch (thrown) {
    return { total: null, failure: { thrown } };
  }
}

function keeping(step: Run): Run {
  return like(step, (given, ...args) => {
    const state = given as State;
    if (state.failure !== undefined) return state;
    try {
      const next = step(state.total, ...args);
      if (next !== undefined) state.total = next;
    } catch (thrown) {
      state.failure = { thrown };
    }
    return state;
  });
}

function end({ total, failure }: State, result: (total: unknown) => SQLInputValue): SQLInputValue {
  if (failure !== undefined) throw failure.thrown;
  return result(total);
}

function withArguments({ safeIntegers = false }: SqliteFunctionOptions, run: Run): Run {
  const argument = (value: unknown) => {
    if (typeof value === 'bigint' && !safeIntegers) return Number(value);
    return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value;
  };
  return like(run, (...args) => run(...args.map(argument)));
}
