/** Random operations on tables, constraints, indexes, views and triggers. */
import type { Constraint } from '../../src/operations/constraint.ts';
import type { Operations } from '../../src/operations/operations.ts';
import type { Context, RandomOperation } from './random-context.ts';
import { nothing } from './random-context.ts';

export function addConstraint({ table, column, other, parent, choices }: Context): RandomOperation {
  const name = choices.pick([null, 'made']);
  const columns = column === other ? [column.name] : [column.name, other.name];
  const quoted = `"${column.name.replaceAll('"', '""')}"`;
  const constraint = choices.pick<Constraint>([
    { kind: 'check', name, condition: `${quoted} IS NOT 'forbidden'` },
    { kind: 'unique', name, columns },
    {
      kind: 'foreignKey',
      name,
      columns: [column.name],
      referredTable: parent,
      referredColumns: [],
      onDelete: 'set null',
    },
    { kind: 'primaryKey', name, columns },
    { kind: 'check', name, condition: `${quoted} > 1` },
  ]);
  return {
    title: `create ${JSON.stringify(constraint)} on ${table}`,
    effect: { ...nothing, table, constraints: true, rowids: constraint.kind === 'primaryKey' },
    run: (op) => create(op, table, constraint),
    inverse: (op) => op.dropConstraint(name ?? constraint, table),
  };
}

function create(op: Operations, table: string, constraint: Constraint): void {
  const { kind, name } = constraint;
  if (kind === 'check') op.createCheckConstraint(name, table, constraint.condition);
  else if (kind === 'unique') op.createUniqueConstraint(name, table, constraint.columns);
  else if (kind === 'primaryKey') op.createPrimaryKey(name, table, constraint.columns);
  else {
    const { referredTable, columns, referredColumns, onDelete = 'cascade' } = constraint;
    op.createForeignKey(name, table, referredTable, columns, referredColumns, { onDelete });
  }
}

export function dropConstraint({ table, columns, column, choices }: Context): RandomOperation {
  const names = columns.map(({ name }) => name);
  const which = choices.pick<string | Constraint>([
    'named',
    'a key',
    'f k',
    'filled',
    'checked1',
    { kind: 'unique', name: null, columns: [column.name] },
    { kind: 'unique', name: null, columns: [names[1] ?? '', names[0] ?? ''] },
    { kind: 'primaryKey', name: null, columns: names.slice(0, 1) },
    { kind: 'primaryKey', name: null, columns: names.slice(0, 2) },
    { kind: 'check', name: null, condition: `"${names[1]}" is null or "${names[1]}" <> 'never'` },
  ]);
  return {
    title: `dropConstraint ${JSON.stringify(which)} on ${table}`,
    effect: { ...nothing, table, columns: names, constraints: true },
    run: (op) => op.dropConstraint(which, table),
  };
}

export function renameTable({ table, choices }: Context): RandomOperation {
  const to = choices.pick(['renamed', 'a "new" name', 'group']);
  return {
    title: `rename ${table} to ${to}`,
    effect: { ...nothing, table, rename: { from: table, to, of: 'table' } },
    run: (op) => op.renameTable(table, to),
    inverse: (op) => op.renameTable(to, table),
  };
}

export function makeIndex({ table, column, choices }: Context): RandomOperation {
  const quoted = `"${column.name.replaceAll('"', '""')}"`;
  const key = choices.pick([
    column.name,
    { column: column.name, desc: true, collate: 'NOCASE' },
    { expression: `lower(${quoted})` },
  ]);
  const unique = choices.oneIn(3);
  return {
    title: `createIndex on ${table} ${JSON.stringify(key)}`,
    effect: { ...nothing, table, objects: ['new index'] },
    run: (op) => op.createIndex('new index', table, [key], { unique }),
    inverse: (op) => op.dropIndex('new index'),
  };
}

export function makeView({ table, column, choices }: Context): RandomOperation {
  const quoted = `"${column.name.replaceAll('"', '""')}"`;
  const select = choices.pick([`SELECT ${quoted} AS x FROM "${table.replaceAll('"', '""')}"`, 'SELECT x FROM nowhere']);
  return {
    title: `createView ${select}`,
    effect: { ...nothing, table, objects: ['new view'] },
    run: (op) => op.createView('new view', select),
    inverse: (op) => op.dropView('new view'),
  };
}

export function makeTrigger({ table, column, parent, choices }: Context): RandomOperation {
  const event = choices.pick(['insert', 'update', 'delete'] as const);
  const columns = event === 'update' && choices.oneIn(2) ? { columns: [column.name] } : {};
  const body = choices.pick([
    'SELECT 1;',
    `DELETE FROM "${parent.replaceAll('"', '""')}" WHERE FALSE;`,
    'SELECT nope;',
  ]);
  return {
    title: `createTrigger after ${event} on ${table}: ${body}`,
    effect: { ...nothing, table, objects: ['new trigger'] },
    run: (op) => op.createTrigger('new trigger', table, { timing: 'after', event, ...columns, body }),
    inverse: (op) => op.dropTrigger('new trigger'),
  };
}

export function makeTable({ table, parent, choices }: Context): RandomOperation {
  const options = choices.pick([{}, { strict: true }, { strict: true, withoutRowid: true }]);
  return {
    title: `createTable that refers to ${parent}`,
    effect: { ...nothing, table, objects: ['new table'] },
    run: (op) =>
      op.createTable(
        'new table',
        op.column.integer('id', { primaryKey: true }),
        op.column.text('to', { references: { table: parent, onDelete: 'cascade' }, collate: 'NOCASE' }),
        op.column.integer('n', { generated: { as: 'id + 1', kind: choices.pick(['virtual', 'stored']) } }),
        op.constraint.unique(['to', 'id']),
        options,
      ),
    inverse: (op) => op.dropTable('new table'),
  };
}
