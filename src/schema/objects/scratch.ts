/**
 * An empty database in memory, on a connection of its own, for what must not happen on a real one: statements are compiled
 * there and never run on anything that matters.
 */
export interface Scratch {
  all(sql: string, ...params: unknown[]): Record<string, unknown>[];
  run(sql: string, ...params: unknown[]): void;
  /** Compiles one statement without running it. @throws SQLite's error. */
  compile(sql: string): void;
  /** Lets `work` write to sqlite_schema, and then reads the schema from it again. */
  editSchema(work: () => void): void;
  /** Defines a function that takes anything and gives nothing, for one that only the application has. */
  stubFunction(name: string, kind: 'scalar' | 'aggregate'): void;
  close(): void;
}

/** Closes the database when `work` has ended. */
export function inScratch<T>(open: () => Scratch, work: (db: Scratch) => T): T {
  const scratch = open();
  try {
    return work(scratch);
  } finally {
    scratch.close();
  }
}
