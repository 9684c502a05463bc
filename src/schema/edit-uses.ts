/** Who uses a column: what SQLite's DROP COLUMN would trip over, or leave behind without a word. */
import type { AstNode } from 'sqlite3-parser';
import { mentions } from './edit-expression.ts';
import { constraintOutline } from './edit-outline.ts';
import type { ConstraintText, TableText } from './edit-table.ts';
import { findColumn } from './edit-table.ts';
import { textAt, wordsOf } from './edit-text.ts';
import { sameName } from './names.ts';
import { parseStmt } from './parse.ts';

/**
 * The constraints and generated columns of a table that would miss one of its columns. A CHECK, REFERENCES, DEFAULT or
 * COLLATE in the column's own definition goes with it; PRIMARY KEY and UNIQUE, as in SQLite, do not.
 */
export function usesInTable(table: TableText, name: string): string[] {
  const column = findColumn(table, name);
  const own = column.constraints.filter(
    ({ node }) => node.type === 'PrimaryKeyColumnConstraint' || node.type === 'UniqueColumnConstraint',
  );
  const others = table.columns.filter((other) => other !== column);
  const ofOthers = others.flatMap((other) =>
    other.constraints
      .filter((constraint) => constraintNames(constraint).some((node) => mentions(node, name)))
      .map((constraint) => `${title(table, constraint)} of ${other.name}`),
  );
  const ofTable = table.constraints.filter((each) => constraintNames(each).some((node) => mentions(node, name)));
  return [...own.map((each) => title(table, each)), ...ofOthers, ...ofTable.map((each) => title(table, each))];
}

/** Whether an index has a column among its keys, in an expression or in its WHERE. */
export function indexUses(createIndex: string, column: string): boolean {
  const parsed = parseStmt(createIndex);
  if (parsed.status === 'error' || parsed.root?.type !== 'CreateIndexStmt') return false;
  const { columns, whereClause } = parsed.root;
  return [...columns, ...(whereClause === undefined ? [] : [whereClause])].some((node) => mentions(node, column));
}

/** Whether a trigger fires on updates of a column by name; without the column it would never fire, and nothing would say so. */
export function triggerWaitsFor(createTrigger: string, column: string): boolean {
  const parsed = parseStmt(createTrigger);
  if (parsed.status === 'error' || parsed.root?.type !== 'CreateTriggerStmt') return false;
  const { event } = parsed.root;
  return event.type === 'UpdateOfTriggerEvent' && event.columns.some(({ text }) => sameName(text, column));
}

/** Whether a virtual table names something in its arguments, as external-content FTS5 names its table and columns. */
export function virtualTableNames(createVirtualTable: string, name: string): boolean {
  return wordsOf(createVirtualTable).some((word) => sameName(unquoted(textAt(createVirtualTable, word)), name));
}

/** The parts of a constraint in which columns of its table are named. */
function constraintNames({ node }: ConstraintText): readonly AstNode[] {
  switch (node.type) {
    case 'CheckColumnConstraint':
    case 'CheckTableConstraint':
    case 'GeneratedColumnConstraint':
      return [node.expr];
    case 'PrimaryKeyTableConstraint':
    case 'UniqueTableConstraint':
    case 'ForeignKeyTableConstraint':
      return node.columns;
    default:
      return [];
  }
}

function title(table: TableText, constraint: ConstraintText): string {
  return constraintOutline(table, constraint);
}

function unquoted(text: string): string {
  const quote = text.charAt(0);
  if (quote === '[') return text.slice(1, -1);
  return quote === '"' || quote === "'" || quote === '`'
    ? text.slice(1, -1).replaceAll(`${quote}${quote}`, quote)
    : text;
}
