/** The steps of a plan as lines of a `.ts` revision: an operation if there is one for the step, otherwise its SQL. */
import { unquoted } from '../schema/normalise/normalise.ts';
import type { Expression } from '../schema/normalised.ts';
import { tokenize } from '../schema/parse.ts';
import { batchLines } from './batch-lines.ts';
import { columnCode, listCode, nameCode } from './column-code.ts';
import type { Means } from './plan-table.ts';
import { rebuildStatements } from './rebuild-statements.ts';
import { oneLine } from './revision-header.ts';
import { type InPlace, isInPlace, type SchemaStep, sqlOf } from './schema-steps.ts';
import { callCode, literal, objectOf, template } from './typescript-text.ts';

export function operationLines(step: SchemaStep, means: Means): string[] {
  if (step.kind === 'batch') return [...step.reasons.map(comment), ...batchLines(step.table, step.changes)];
  if (step.kind === 'requireSchema') {
    const known = step.statements.map((sql) => `  ${template(sql)},`);
    const why = `The statements that make ${step.table} anew would lose what it has beyond this.`;
    return [comment(why), `op.requireSchema(${literal(step.table)}, [`, ...known, ']);'];
  }
  if (step.kind === 'rebuild') {
    const { from, to, copied, reasons } = step;
    return [...reasons.map(comment), ...rebuildStatements(from, to, copied).map(execute)];
  }
  const note = 'note' in step && step.note !== undefined ? [comment(step.note)] : [];
  const operation = means === 'operations' && isInPlace(step) ? operationOf(step) : undefined;
  return [...note, operation === undefined ? execute(sqlOf(step)) : `${operation};`];
}

/**
 * The operation for a step; undefined if its SQL says more than an operation can. Views and triggers stay SQL: an operation
 * would refuse to drop one that another still needs, even if that one is about to be dropped or changed.
 */
function operationOf(step: InPlace): string | undefined {
  switch (step.kind) {
    case 'dropTable':
      return callCode('op.dropTable', literal(step.name));
    case 'dropIndex':
      return callCode('op.dropIndex', literal(step.name));
    case 'renameTable':
      return callCode('op.renameTable', literal(step.from), literal(step.to));
    case 'renameColumn':
      return callCode('op.alterColumn', literal(step.table), literal(step.from), `{ newName: ${literal(step.to)} }`);
    case 'dropColumn':
      return callCode('op.dropColumn', literal(step.table), literal(step.column));
    case 'addCheck':
      return callCode(
        'op.createCheckConstraint',
        nameCode(step.check.name),
        literal(step.table),
        literal(step.check.expression.sql),
      );
    case 'dropConstraint':
      return callCode('op.dropConstraint', literal(step.name), literal(step.table));
    case 'setNotNull':
      return setNotNullOf(step);
    case 'addColumn':
      return addColumnOf(step);
    case 'createIndex':
      return createIndexOf(step);
    default:
      return undefined;
  }
}

/** The operations do not support ON CONFLICT, and leave a column alone that is already NOT NULL with one. */
function setNotNullOf({
  table,
  column,
  before,
  onConflict,
}: Extract<InPlace, { kind: 'setNotNull' }>): string | undefined {
  const isPlain = onConflict === undefined || (before === undefined && onConflict === 'ABORT');
  if (!isPlain) return undefined;
  return callCode('op.alterColumn', literal(table), literal(column), `{ nullable: ${onConflict === undefined} }`);
}

/** A definition that has constraints of its own, or no type, stays SQL. */
function addColumnOf({ table, column, isPlain }: Extract<InPlace, { kind: 'addColumn' }>): string | undefined {
  const { type, notNull } = column;
  if (!isPlain || type === '' || (notNull !== undefined && notNull !== 'ABORT')) return undefined;
  return callCode('op.addColumn', literal(table), columnCode(column));
}

function createIndexOf({ index }: Extract<InPlace, { kind: 'createIndex' }>): string | undefined {
  const names = index.terms.map(columnOf);
  if (!names.every((name) => name !== undefined)) return undefined;
  const options = objectOf([
    ['unique', index.unique ? 'true' : undefined],
    ['where', index.where === undefined ? undefined : literal(index.where.sql)],
  ]);
  return callCode('op.createIndex', literal(index.name), literal(index.table), listCode(names), options);
}

/** The column that an index key names; undefined for an expression, or a column with an order or a collation. */
function columnOf({ sql, tokens }: Expression): string | undefined {
  const [first] = tokenize(sql);
  const isName = tokens.length === 1 && first !== undefined && !/^['\d]/.test(tokens[0] ?? '');
  return isName ? unquoted(first.text) : undefined;
}

function execute(sql: string): string {
  return `op.execute(${template(sql)});`;
}

function comment(text: string): string {
  return `// ${oneLine(text)}`;
}
