/** Random operations, with what each may change and, where there is one, its inverse. */
import type Database from 'better-sqlite3';
import type { Choices } from './choices.ts';
import { addColumn, alter, batch, dropColumn, renameColumn } from './random-columns.ts';
import type { ColumnInfo, RandomOperation } from './random-context.ts';
import { userTables } from './random-context.ts';
import {
  addConstraint,
  dropConstraint,
  makeIndex,
  makeTable,
  makeTrigger,
  makeView,
  renameTable,
} from './random-objects.ts';

const onColumns = [addColumn, alter, dropColumn, renameColumn, batch];
const onConstraints = [addConstraint, dropConstraint];
const onObjects = [renameTable, makeIndex, makeView, makeTrigger, makeTable];

export function randomOperation(choices: Choices, db: Database.Database): RandomOperation {
  const tables = userTables(db);
  const table = choices.pick(tables);
  const columns = db.prepare<[string], ColumnInfo>('SELECT * FROM pragma_table_xinfo(?)').all(table);
  const column = choices.pick(columns);
  const other = choices.pick(columns);
  const context = { table, columns, column, other, parent: choices.pick(tables), choices };
  return choices.pick(choices.pick([onColumns, onConstraints, onObjects]))(context);
}
