/** Columns that ALTER TABLE … ADD COLUMN can add. https://sqlite.org/lang_altertable.html#altertabaddcol */
import { includesName, sameName } from '../schema/names.ts';
import type { Check, Column, Expression, ForeignKey, Table } from '../schema/normalised.ts';
import { foreignKeyClause, type SchemaStep } from './schema-steps.ts';
import { mentionsName } from './with-renames.ts';

export interface AddedColumns {
  readonly steps: readonly SchemaStep[];
  /** Constraints of the desired table that come with the columns. */
  readonly with: ReadonlySet<Check | ForeignKey>;
}

/** Why SQLite would refuse to add the column to a table that has rows; undefined if it would not. */
export function whyNotAddable(table: string, { name, default: value, generated }: Column): string | undefined {
  const column = `${table}.${name}`;
  if (generated?.kind === 'stored') return `column ${column} is missing, and it is a stored one`;
  if (value !== undefined && !isConstant(value)) {
    return `column ${column} is missing, and its default ${value.sql} is no constant`;
  }
  return undefined;
}

/**
 * The steps that add columns, each after the new columns that it refers to.
 * @returns undefined if columns refer to each other, so that none can come first.
 */
export function addColumns(to: Table, columns: readonly Column[]): AddedColumns | undefined {
  const together = new Map(columns.map((column) => [column, constraintsWith(to, column)]));
  const waiting = [...columns];
  const steps: SchemaStep[] = [];
  while (waiting.length > 0) {
    const next = waiting.find(
      (column) => !waiting.some((other) => other !== column && speaksOf(column, together.get(column), other)),
    );
    if (next === undefined) return undefined;
    waiting.splice(waiting.indexOf(next), 1);
    steps.push(addColumn(to.name, next, together.get(next)));
  }
  return {
    steps,
    with: new Set([...together.values()].flatMap(({ checks, foreignKeys }) => [...checks, ...foreignKeys])),
  };
}

interface Together {
  readonly checks: readonly Check[];
  readonly foreignKeys: readonly ForeignKey[];
}

/** The constraints in the column's definition, and a table-level foreign key over this column alone, which may move there. */
function constraintsWith({ checks, foreignKeys }: Table, { name }: Column): Together {
  return {
    checks: checks.filter(({ behind }) => behind !== undefined && sameName(behind, name)),
    foreignKeys: foreignKeys.filter(({ columns }) => columns.length === 1 && includesName(columns, name)),
  };
}

function speaksOf({ generated }: Column, together: Together | undefined, other: Column): boolean {
  const expressions: Expression[] = (together?.checks ?? []).map(({ expression }) => expression);
  if (generated !== undefined) expressions.push(generated.expression);
  return expressions.some((expression) => mentionsName(expression, other.name));
}

function addColumn(table: string, column: Column, together: Together | undefined): SchemaStep {
  const apart = (together?.foreignKeys ?? []).filter(({ behind }) => behind === undefined);
  const definition = [column.definition, ...apart.map(foreignKeyClause)].join(' ');
  const needsValue = column.notNull !== undefined && column.default === undefined && column.generated === undefined;
  const isPlain = together === undefined || together.checks.length + together.foreignKeys.length === 0;
  const step = { kind: 'addColumn' as const, table, column, definition, isPlain };
  if (!needsValue) return step;
  const note = `SQLite refuses this while ${table} has rows, which would hold NULL. Then add the column without NOT NULL, fill it, and set it NOT NULL last.`;
  return { ...step, note };
}

/** A literal, possibly signed or in parentheses, but not CURRENT_TIMESTAMP. */
function isConstant({ tokens }: Expression): boolean {
  const [sign, ...rest] = tokens;
  const literal = sign === '-' || sign === '+' ? rest : tokens;
  return literal.length === 1 && /^(?:'|x'|\.?\d|true$|false$|null$)/.test(literal[0] ?? '');
}
