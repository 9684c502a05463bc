import { sameExpression } from '../schema/normalise/normalise.ts';
import { sameType } from '../schema/normalise/normalise-type.ts';
import type { Column } from '../schema/normalised.ts';
import { type BatchChange, lossOf } from './batch-plan.ts';
import { columnCode, foreignKeyOptions, listCode, nameCode, whichCode } from './column-code.ts';
import { oneLine } from './revision-header.ts';
import { callCode, literal, objectOf } from './typescript-text.ts';

/** The changes of a batch, as lines of the function passed to `op.batchAlterTable`. */
export function batchLines(table: string, changes: readonly BatchChange[]): string[] {
  return [
    `op.batchAlterTable(${literal(table)}, (batch) => {`,
    ...changes.flatMap((change) => [...lossLines(table, change), `${batchCall(change)};`]).map((line) => `  ${line}`),
    '});',
  ];
}

function lossLines(table: string, change: BatchChange): string[] {
  const isLost = change.kind === 'dropColumn' && change.column.generated === undefined;
  return isLost ? [`// ${oneLine(lossOf(table, change.column))}`] : [];
}

function batchCall(change: BatchChange): string {
  switch (change.kind) {
    case 'dropConstraint':
      return callCode('batch.dropConstraint', whichCode(change.which));
    case 'addColumn':
      return callCode('batch.addColumn', columnCode(change.column));
    case 'dropColumn':
      return callCode('batch.dropColumn', literal(change.column.name));
    case 'alterColumn':
      return callCode('batch.alterColumn', literal(change.to.name), alterationCode(change.from, change.to));
    case 'addUnique': {
      const columns = change.unique.columns.map(({ name }) => name);
      return callCode('batch.createUniqueConstraint', nameCode(change.unique.name), listCode(columns));
    }
    case 'addCheck':
      return callCode('batch.createCheckConstraint', nameCode(change.check.name), literal(change.check.expression.sql));
    case 'addForeignKey': {
      const { name, columns, parent, parentColumns } = change.key;
      return callCode(
        'batch.createForeignKey',
        nameCode(name),
        literal(parent),
        listCode(columns),
        listCode(parentColumns ?? []),
        foreignKeyOptions(change.key),
      );
    }
  }
}

/** The change for `alterColumn`, as code. */
export function alterationCode(from: Column, to: Column): string {
  const changed = objectOf([
    ['type', sameType(from.type, to.type) ? undefined : literal(to.type)],
    ['nullable', from.notNull === to.notNull ? undefined : String(to.notNull === undefined)],
    ['default', sameExpression(from.default, to.default) ? undefined : defaultCode(to)],
    ['collate', from.collation === to.collation ? undefined : collationCode(to)],
  ]);
  return changed ?? '{}';
}

function defaultCode({ default: value }: Column): string {
  return value === undefined ? 'null' : literal(value.sql);
}

function collationCode({ collation }: Column): string {
  return collation === 'BINARY' ? 'null' : literal(collation);
}
