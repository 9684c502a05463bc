/** What the checks need of a connection: one query, its rows one by one as arrays. Integers come as bigint. */
import type { Database } from 'better-sqlite3';

export type QueryRow = readonly unknown[];

export interface QueryPort {
  /** @throws {NotOnlyReading} before anything runs, where the statement is not one that only reads. */
  iterate(sql: string): Iterable<QueryRow>;
}

/** Somebody passed a statement that writes, or gives no rows, where a query belongs. */
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

/** The first column of the first row, or undefined where there is none. */
export function firstValue(port: QueryPort, sql: string): unknown {
  for (const [value] of port.iterate(sql)) return value;
  return undefined;
}
