import { DrydockError } from '../errors.ts';
import { sameName } from '../schema/names.ts';
import { addColumnChange } from './add-column.ts';
import { alterColumnChanges } from './alter-column.ts';
import type { Column, ColumnChange } from './column.ts';
import type { IfExists } from './columns.ts';
import type { Constraint, ForeignKeyOptions } from './constraint.ts';
import { addConstraintChange, dropConstraintChange } from './constraint-changes.ts';
import { keepingDependents } from './dependents.ts';
import { dropColumnChange } from './drop-column.ts';
import type { CreateIndexOptions, IndexKey } from './indexes.ts';
import { createIndex, dropIndex } from './indexes.ts';
import { renameColumn } from './rename.ts';
import type { OperationNote, SqlPort } from './sql-port.ts';
import { tell } from './sql-port.ts';
import type { TableChange } from './table-change.ts';
import { changeTableOnly } from './table-change.ts';

/** The operations on one table, without its name as an argument. */
export interface TableBatch {
  addColumn(column: Column): void;
  dropColumn(name: string): void;
  /** A new name takes effect at the end of the batch; until then the batch uses the old one. */
  alterColumn(name: string, change: ColumnChange): void;
  createForeignKey(
    name: string | null,
    referredTable: string,
    columns: readonly string[],
    referredColumns: readonly string[],
    options?: ForeignKeyOptions,
  ): void;
  createUniqueConstraint(name: string | null, columns: readonly string[]): void;
  createCheckConstraint(name: string | null, condition: string): void;
  createPrimaryKey(name: string | null, columns: readonly string[]): void;
  dropConstraint(which: string | Constraint): void;
  createIndex(name: string, keys: readonly IndexKey[], options?: CreateIndexOptions): void;
  dropIndex(name: string, options?: IfExists): void;
}

export interface BatchOperations {
  /**
   * Makes several changes to one table with at most one rebuild. The order is: drop indexes; change columns and constraints
   * in the order written; create indexes; rename columns. Column names are those from before the batch.
   * @throws {DrydockError} If any change cannot be made; then none is.
   * @example
   * op.batchAlterTable('people', (batch) => {
   *   batch.dropConstraint('people_city');
   *   batch.addColumn(op.column.boolean('active', { nullable: false, default: '1' }));
   *   batch.alterColumn('city', { type: 'VARCHAR(80)', newName: 'town' });
   *   batch.createUniqueConstraint('people_email', ['email']);
   *   batch.createIndex('people_active', ['active']);
   * });
   */
  batchAlterTable(table: string, write: (batch: TableBatch) => void): void;
}

/** What a batch collects before anything runs. */
interface Collected {
  readonly dropIndexes: (() => OperationNote[])[];
  readonly changes: TableChange[];
  readonly createIndexes: (() => OperationNote)[];
  readonly renames: { readonly from: string; readonly to: string }[];
}

export function batchOperations(port: SqlPort): BatchOperations {
  return {
    batchAlterTable(table, write) {
      const collected: Collected = { dropIndexes: [], changes: [], createIndexes: [], renames: [] };
      write(collector(port, table, collected));
      const notes = keepingDependents(port, `batchAlterTable of ${table}`, (compiled) => {
        const dropped = collected.dropIndexes.flatMap((drop) => drop());
        const changed = changeTableOnly(port, table, collected.changes, compiled);
        const created = collected.createIndexes.map((create) => create());
        const renamed = collected.renames.map((rename) => renameColumn(port, table, rename, compiled));
        return [...dropped, ...changed, ...created, ...renamed];
      });
      tell(port, notes);
    },
  };
}

function collector(port: SqlPort, table: string, collected: Collected): TableBatch {
  const { changes, renames } = collected;
  const add = (operation: string, constraint: Constraint) => changes.push(addConstraintChange(operation, constraint));
  /** A name that a column gets only at the end of the batch would not be found or, worse, would match another column. */
  const old = (name: string) => requireOldName(renames, name);
  return {
    addColumn: (column) => changes.push(addColumnChange(column)),
    dropColumn: (name) => changes.push(dropColumnChange(old(name))),
    alterColumn: (name, { newName, ...change }) => {
      changes.push(...alterColumnChanges(old(name), change));
      if (newName !== undefined) renames.push({ from: name, to: newName });
    },
    createForeignKey: (name, referredTable, columns, referredColumns, options = {}) =>
      add('createForeignKey', {
        ...options,
        kind: 'foreignKey',
        name,
        columns: columns.map(old),
        referredTable,
        referredColumns,
      }),
    createUniqueConstraint: (name, columns) =>
      add('createUniqueConstraint', { kind: 'unique', name, columns: columns.map(old) }),
    createCheckConstraint: (name, condition) => add('createCheckConstraint', { kind: 'check', name, condition }),
    createPrimaryKey: (name, columns) =>
      add('createPrimaryKey', { kind: 'primaryKey', name, columns: columns.map(old) }),
    dropConstraint: (which) => changes.push(dropConstraintChange(which)),
    createIndex: (name, keys, options = {}) =>
      collected.createIndexes.push(() => createIndex(port, name, table, keys, options)),
    dropIndex: (name, options = {}) => collected.dropIndexes.push(() => dropIndex(port, name, options)),
  };
}

function requireOldName(renames: Collected['renames'], name: string): string {
  const renamed = renames.find(({ to }) => sameName(to, name));
  if (renamed === undefined) return name;
  throw new DrydockError('REVISION_FAILED', {
    what: `${name} is the name of ${renamed.from} only after the batch`,
    next: `Use ${renamed.from} within the batch`,
  });
}
