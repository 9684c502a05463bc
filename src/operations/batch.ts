import { DrydockError } from '../errors.ts';
import { mentions, parseExpression } from '../schema/edit/edit-expression.ts';
import { includesName, sameName } from '../schema/names.ts';
import type { CompiledObject } from '../schema/objects/objects.ts';
import { addColumnChange } from './add-column.ts';
import { alterColumnChanges } from './alter-column.ts';
import type { Column, ColumnChange, ColumnPlace } from './column.ts';
import type { IfExists } from './columns.ts';
import type { Constraint, ForeignKeyOptions } from './constraint.ts';
import { addConstraintChange, dropConstraintChange } from './constraint-changes.ts';
import { keepingDependents } from './dependents.ts';
import { dropColumnChange } from './drop-column.ts';
import type { CreateIndexOptions, IndexKey } from './indexes.ts';
import { createIndex, dropIndex } from './indexes.ts';
import { requireTable, tableColumns } from './lookups.ts';
import { renameColumn } from './rename.ts';
import type { OperationNote, SqlPort } from './sql-port.ts';
import { tell } from './sql-port.ts';
import type { TableChange } from './table-change.ts';
import { changeTableOnly } from './table-change.ts';

/** The operations on one table, without its name as an argument. */
export interface TableBatch {
  addColumn(column: Column, place?: ColumnPlace): void;
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
   * in the order written, or in one that is possible; create indexes; rename columns. Column names are those from before the
   * batch.
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

interface Rename {
  readonly from: string;
  readonly to: string;
}

/** What a batch collects before anything runs. */
interface Collected {
  readonly dropIndexes: (() => OperationNote[])[];
  /** Made when all renames are known. */
  readonly changes: (() => TableChange)[];
  readonly createIndexes: (() => OperationNote)[];
  readonly renames: Rename[];
}

export function batchOperations(port: SqlPort): BatchOperations {
  return {
    batchAlterTable(table, write) {
      const collected: Collected = { dropIndexes: [], changes: [], createIndexes: [], renames: [] };
      const columns = tableColumns(port, requireTable(port, table).name).map(({ name }) => name);
      write(collector(port, table, columns, collected));
      const changes = collected.changes.map((change) => change());
      const notes = keepingDependents(port, `batchAlterTable of ${table}`, (compiled) => {
        const dropped = collected.dropIndexes.flatMap((drop) => drop());
        const changed = changeTableOnly(port, table, changes, compiled);
        const created = collected.createIndexes.map((create) => create());
        const renamed = renameColumns(port, table, collected.renames, compiled);
        return [...dropped, ...changed, ...created, ...renamed];
      });
      tell(port, notes);
    },
  };
}

/** Each column gets its name once no other has it: two that change names need a third one for a moment. */
function renameColumns(
  port: SqlPort,
  table: string,
  renames: Collected['renames'],
  compiled: readonly CompiledObject[],
): OperationNote[] {
  const taken = tableColumns(port, requireTable(port, table).name).map(({ name }) => name);
  const isFree = ({ from, to }: Rename) => sameName(from, to) || !includesName(taken, to);
  const next = renames.find(isFree) ?? renames[0];
  if (next === undefined) return [];
  const others = renames.filter((rename) => rename !== next);
  const note = (rename: Rename) => renameColumn(port, table, rename, compiled);
  if (isFree(next) || !others.some(({ from }) => sameName(from, next.to))) {
    return [note(next), ...renameColumns(port, table, others, compiled)];
  }
  const aside = asideName(next.from);
  note({ from: next.from, to: aside });
  return renameColumns(port, table, [...others, { from: aside, to: next.to }], compiled);
}

function collector(port: SqlPort, table: string, columns: readonly string[], collected: Collected): TableBatch {
  const { changes, renames } = collected;
  const add = (operation: string, constraint: Constraint) =>
    changes.push(() => addConstraintChange(operation, constraint));
  /** A name that a column gets only at the end of the batch would not be found or, worse, would match another column. */
  const old = (name: string) => (includesName(columns, name) ? name : requireOldName(renames, name));
  return {
    addColumn: (column, place) => changes.push(() => addColumnChange(besideOldName(renames, column), place)),
    dropColumn: (name) => {
      const dropped = old(name);
      changes.push(() => dropColumnChange(dropped));
    },
    alterColumn: (name, { newName, ...change }) => {
      changes.push(...alterColumnChanges(old(name), change).map((each) => () => each));
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
    dropConstraint: (which) => changes.push(() => dropConstraintChange(which)),
    createIndex: (name, keys, options = {}) =>
      collected.createIndexes.push(() => createIndex(port, name, table, keys, options)),
    dropIndex: (name, options = {}) => collected.dropIndexes.push(() => dropIndex(port, name, options)),
  };
}

/** A new column whose name another one has until the end of the batch: it is given the name at the end too. */
function besideOldName(renames: Rename[], column: Column): Column {
  const isOld = ({ from, to }: Rename) => sameName(from, column.name) && !sameName(to, column.name);
  if (!renames.some(isOld)) return column;
  const expressions = [column.check, column.generated?.as].filter((sql) => sql !== undefined);
  if (expressions.some((sql) => mentions(parseExpression(sql), column.name))) {
    throw new DrydockError('REVISION_FAILED', {
      what: `an expression of the new column ${column.name} could mean the old column of that name, which is renamed in the same batch`,
      next: 'Rename the old column with op.alterColumn before the batch',
    });
  }
  const aside = asideName(column.name);
  renames.push({ from: aside, to: column.name });
  return { ...column, name: aside };
}

function asideName(name: string): string {
  return `drydock_rename_${name}`;
}

function requireOldName(renames: Collected['renames'], name: string): string {
  const renamed = renames.find(({ to }) => sameName(to, name));
  if (renamed === undefined) return name;
  throw new DrydockError('REVISION_FAILED', {
    what: `${name} is the name of ${renamed.from} only after the batch`,
    next: `Use ${renamed.from} within the batch`,
  });
}
