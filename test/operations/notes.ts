import type Database from 'better-sqlite3';
import type { Operations } from '../../src/operations/operations.ts';
import { createOperations } from '../../src/operations/operations.ts';
import type { OperationNote } from '../../src/operations/sql-port.ts';
import { portOn } from './database.ts';

/** Operations that keep what they tell of themselves. */
export interface Told {
  readonly op: Operations;
  readonly notes: OperationNote[];
  /** Each as `addColumn people: in place`. */
  readonly methods: () => string[];
  /** Each as `task done/total`. */
  readonly progress: string[];
}

export function toldOperations(db: Database.Database): Told {
  const notes: OperationNote[] = [];
  const progress: string[] = [];
  const op = createOperations({
    ...portOn(db),
    note: (note) => notes.push(note),
    progress: (task, done, total) => progress.push(`${task} ${done}/${total}`),
  });
  const methods = () => notes.map(({ operation, table, method }) => `${operation} ${table}: ${method}`);
  return { op, notes, methods, progress };
}
