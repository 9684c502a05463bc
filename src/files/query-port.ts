/** What the checks need of a connection: run a query and iterate over its rows as arrays, integers as bigint. */
import type { Database } from 'better-sqlite3';

export type QueryRow = readonly unknown[];

export interface QueryPort {
  /** @throws {NotOnlyReading} before anything runs, if the statement does not only read. */
  iterate(sql: string): Iterable<QueryRow>;
}

/** A statement that writes or returns no rows was passed as a query. */
export class NotOnlyReading extends Error {}

export function queryPort(db: Database): QueryPort {
  return {
    iterate(sql) {
      const statement = db.prepare(sql);
      if (!statement.readonly || !statement.reader) throw new NotOnlyReading('it does not only read');
      return statement.raw().safeIntegers().iterate() as IterableIterator<QueryRow>;
    },
  };
}

/** The first column of the first row; undefined if there is none. */
export function firstValue(port: QueryPort, sql: string): unknown {
  for (const [value] of port.iterate(sql)) return value;
  return undefined;
}
