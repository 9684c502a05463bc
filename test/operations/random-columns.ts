/** Random operations on columns. */
import type { Column, ColumnChange } from '../../src/operations/column.ts';
import type { Operations } from '../../src/operations/operations.ts';
import type { Choices } from './choices.ts';
import type { ColumnInfo, Context, RandomOperation } from './random-context.ts';
import { nothing } from './random-context.ts';

export function addColumn({ table, column, choices }: Context): RandomOperation {
  const options = randomOptions(choices, column);
  const added: Column = { name: 'new col', type: choices.pick(['TEXT', 'INTEGER', 'ANY', 'REAL']), ...options };
  return {
    title: `addColumn ${table} ${JSON.stringify(added)}`,
    effect: { ...nothing, table, columns: ['new col'] },
    run: (op) => op.addColumn(table, added),
    ...(added.primaryKey === true || added.unique === true
      ? {}
      : { inverse: (op: Operations) => op.dropColumn(table, 'new col') }),
  };
}

function randomOptions(choices: Choices, { name }: ColumnInfo): Omit<Column, 'name' | 'type'> {
  const reference = { table: 't', onDelete: 'cascade', deferrable: 'initially deferred' } as const;
  return choices.pick<Omit<Column, 'name' | 'type'>>([
    {},
    { nullable: false, default: '1' },
    { default: "'d'", collate: 'NOCASE' },
    { nullable: false },
    { default: '(abs(-7))' },
    { default: 'CURRENT_TIMESTAMP', nullable: false },
    { unique: true },
    { primaryKey: true },
    { check: '"new col" IS NOT 5' },
    { references: reference },
    { generated: { as: `"${name.replaceAll('"', '""')}"`, kind: 'stored' } },
    { generated: { as: '1 + 1', kind: 'virtual' } },
  ]);
}

export function alter({ table, columns, column, choices }: Context): RandomOperation {
  const change = choices.pick<ColumnChange>([
    { type: 'TEXT' },
    { type: 'VARCHAR(9)' },
    { type: 'INTEGER' },
    { type: 'INTEGER', using: '7' },
    { nullable: false },
    { nullable: true },
    { default: '3' },
    { default: null },
    { collate: 'NOCASE' },
    { collate: null },
    { type: 'ANY', nullable: false, default: "'x'", collate: 'RTRIM' },
  ]);
  const inverse = inverseOf(column, change);
  // What is generated from values that the revision converts is another then.
  const computed = change.using === undefined ? [] : columns.filter(({ hidden }) => hidden > 1).map(({ name }) => name);
  const newOrder = change.type === 'INTEGER' || (change.type !== undefined && column.pk > 0);
  return {
    title: `alterColumn ${table} ${column.name} ${JSON.stringify(change)}`,
    effect: { ...nothing, table, columns: [column.name, ...computed], rowids: newOrder },
    run: (op) => op.alterColumn(table, column.name, change),
    achieved: (now) => achieved(change, now),
    ...(inverse === undefined ? {} : { inverse: (op: Operations) => op.alterColumn(table, column.name, inverse) }),
  };
}

function achieved(change: ColumnChange, now: ColumnInfo): boolean {
  const type = change.type === undefined || now.type === change.type;
  const value = change.default === undefined || now.dflt_value === change.default;
  // The key of a WITHOUT ROWID table is NOT NULL, whatever it says.
  const nullable = change.nullable === undefined || now.notnull === (change.nullable ? 0 : 1) || now.pk > 0;
  return type && value && nullable;
}

function inverseOf(column: ColumnInfo, change: ColumnChange): ColumnChange | undefined {
  if (change.using !== undefined || Object.keys(change).length > 1) return undefined;
  // What may have become the rowid by it stays that.
  if (change.type !== undefined) return column.type === '' || column.pk > 0 ? undefined : { type: column.type };
  if (change.nullable === false && column.notnull === 0) return { nullable: true };
  if (change.default != null && column.dflt_value === null) return { default: null };
  return undefined;
}

export function dropColumn({ table, column }: Context): RandomOperation {
  return {
    title: `dropColumn ${table} ${column.name}`,
    effect: { ...nothing, table, columns: [column.name] },
    run: (op) => op.dropColumn(table, column.name),
  };
}

export function renameColumn({ table, column, choices }: Context): RandomOperation {
  const to = choices.pick(['renamed', 're"named', 'from']);
  return {
    title: `rename ${table}.${column.name} to ${to}`,
    effect: { ...nothing, table, rename: { from: column.name, to, of: 'column' } },
    run: (op) => op.alterColumn(table, column.name, { newName: to }),
    inverse: (op) => op.alterColumn(table, to, { newName: column.name }),
  };
}

export function batch(context: Context): RandomOperation {
  const { table, column } = context;
  const columns = [column.name, 'new col'];
  return {
    title: `batchAlterTable ${table}: new col, ${column.name} default, unique, index`,
    effect: { ...nothing, table, columns, constraints: true, objects: ['new index'] },
    run: (op) =>
      op.batchAlterTable(table, (batch) => {
        batch.addColumn(op.column.text('new col', { default: '(1 + 1)' }));
        batch.alterColumn(column.name, { default: '8' });
        batch.createUniqueConstraint('made', ['new col', column.name]);
        batch.createIndex('new index', ['new col']);
      }),
  };
}
