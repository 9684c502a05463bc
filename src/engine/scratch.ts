import type Database from 'better-sqlite3';
import type { Scratch } from '../schema/objects/scratch.ts';
import { openDatabase } from './open-database.ts';

export function openScratch(): Scratch {
  return scratchOn(openDatabase(':memory:'));
}

/** @param connection To an empty database in memory. */
export function scratchOn(connection: Database.Database): Scratch {
  connection.pragma('foreign_keys = OFF');
  return {
    all: (sql, ...params) => connection.prepare(sql).all(...params) as Record<string, unknown>[],
    run: (sql, ...params) => {
      // exec takes statements with and without rows alike.
      if (params.length === 0) connection.exec(sql);
      else connection.prepare(sql).run(...params);
    },
    compile: (sql) => void connection.prepare(sql),
    editSchema(work) {
      connection.unsafeMode(true);
      try {
        connection.pragma('writable_schema = ON');
        work();
      } finally {
        connection.pragma('writable_schema = RESET');
        connection.unsafeMode(false);
      }
    },
    stubFunction(name, kind) {
      if (kind === 'scalar') connection.function(name, { varargs: true, deterministic: true }, () => null);
      else connection.aggregate(name, { varargs: true, start: null, step: () => null, inverse: () => null });
    },
    close: () => void connection.close(),
  };
}
