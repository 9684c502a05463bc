/** Columns and constraints as a `.ts` revision writes them: `op.column.string('name', 20, { nullable: false })`. */
import type { Column, ForeignKey } from '../schema/normalised.ts';
import type { Which } from './batch-plan.ts';
import { callCode, literal, objectOf } from './typescript-text.ts';

// The declared types that have a method; src/operations/column-builder.ts defines them.
const methods: Readonly<Record<string, string>> = {
  TEXT: 'text',
  INTEGER: 'integer',
  BIGINT: 'bigInteger',
  SMALLINT: 'smallInteger',
  FLOAT: 'float',
  REAL: 'real',
  DOUBLE: 'double',
  BOOLEAN: 'boolean',
  DATE: 'date',
  DATETIME: 'datetime',
  TIME: 'time',
  TIMESTAMP: 'timestamp',
  JSON: 'json',
  BLOB: 'blob',
};

export function columnCode(column: Column): string {
  const { name, type } = column;
  const method = methods[type];
  const options = columnOptions(column);
  if (method !== undefined) return callCode(`op.column.${method}`, literal(name), options);
  const [, length] = /^VARCHAR\((\d{1,9})\)$/.exec(type) ?? [];
  if (length !== undefined) return callCode('op.column.string', literal(name), String(Number(length)), options);
  return callCode('op.column.type', literal(name), literal(type), options);
}

export function whichCode(which: Which): string {
  switch (which.by) {
    case 'name':
      return literal(which.name);
    case 'unique':
      return callCode('op.constraint.unique', listCode(which.unique.columns.map(({ name }) => name)));
    case 'check':
      return callCode('op.constraint.check', literal(which.check.expression.sql));
    case 'foreignKey': {
      const { columns, parent, parentColumns } = which.key;
      const referred = parentColumns === undefined ? undefined : listCode(parentColumns);
      return callCode('op.constraint.foreignKey', listCode(columns), literal(parent), referred);
    }
  }
}

export function foreignKeyOptions({ onDelete, onUpdate, deferred }: ForeignKey): string | undefined {
  return objectOf([
    ['onDelete', onDelete === 'NO ACTION' ? undefined : literal(onDelete.toLowerCase())],
    ['onUpdate', onUpdate === 'NO ACTION' ? undefined : literal(onUpdate.toLowerCase())],
    ['deferrable', deferred ? literal('initially deferred') : undefined],
  ]);
}

export function listCode(names: readonly string[]): string {
  return `[${names.map(literal).join(', ')}]`;
}

export function nameCode(name: string | undefined): string {
  return name === undefined ? 'null' : literal(name);
}

function columnOptions({ notNull, default: value, collation, generated }: Column): string | undefined {
  return objectOf([
    ['nullable', notNull === undefined ? undefined : 'false'],
    ['default', value === undefined ? undefined : literal(value.sql)],
    ['collate', collation === 'BINARY' ? undefined : literal(collation)],
    [
      'generated',
      generated === undefined
        ? undefined
        : `{ as: ${literal(generated.expression.sql)}, kind: ${literal(generated.kind)} }`,
    ],
  ]);
}
