/** What uses a column: what would make SQLite's DROP COLUMN fail, or what it would leave behind silently. */
import type { AstNode } from 'sqlite3-parser';
import { behindUsing, contentColumnsOf, contentTableOf, isFullText } from '../full-text.ts';
import { includesName, sameName } from '../names.ts';
import { unquoted } from '../normalise/normalise.ts';
import { parseStmt } from '../parse.ts';
import { mentions } from './edit-expression.ts';
import { constraintOutline } from './edit-outline.ts';
import type { ConstraintText, TableText } from './edit-table.ts';
import { findColumn } from './edit-table.ts';

/**
 * The constraints and generated columns of a table that need one of its columns. What is in the column's own definition is
 * dropped with it, except for a PRIMARY KEY.
 */
export function usesInTable(table: TableText, name: string): string[] {
  const column = findColumn(table, name);
  const own = column.constraints.filter(({ node }) => node.type === 'PrimaryKeyColumnConstraint');
  const others = table.columns.filter((other) => other !== column);
  const ofOthers = others.flatMap((other) =>
    other.constraints
      .filter((constraint) => constraintNames(constraint).some((node) => mentions(node, name)))
      .map((constraint) => `${title(table, constraint)} of ${other.name}`),
  );
  const ofTable = table.constraints.filter((each) => constraintNames(each).some((node) => mentions(node, name)));
  return [...own.map((each) => title(table, each)), ...ofOthers, ...ofTable.map((each) => title(table, each))];
}

/** Whether an index uses a column in its keys, in an expression or in its WHERE. */
export function indexUses(createIndex: string, column: string): boolean {
  const parsed = parseStmt(createIndex);
  if (parsed.status === 'error' || parsed.root?.type !== 'CreateIndexStmt') return false;
  const { columns, whereClause } = parsed.root;
  return [...columns, ...(whereClause === undefined ? [] : [whereClause])].some((node) => mentions(node, column));
}

/** Whether a trigger fires on updates of this column (UPDATE OF). Without the column it would silently never fire. */
export function triggerWaitsFor(createTrigger: string, column: string): boolean {
  const parsed = parseStmt(createTrigger);
  if (parsed.status === 'error' || parsed.root?.type !== 'CreateTriggerStmt') return false;
  const { event } = parsed.root;
  return event.type === 'UpdateOfTriggerEvent' && event.columns.some(({ text }) => sameName(text, column));
}

/**
 * Whether a virtual table names a table in its arguments and, if one is given, a column of it. For full-text tables only the
 * content options count: their own columns may have the same name as any table.
 */
export function virtualTableNames(createVirtualTable: string, table: string, column: string | undefined): boolean {
  if (isFullText(createVirtualTable)) {
    if (!sameName(contentTableOf(createVirtualTable) ?? '', table)) return false;
    return column === undefined || includesName(contentColumnsOf(createVirtualTable), column);
  }
  const words = behindUsing(createVirtualTable).slice(1).map(unquoted);
  return includesName(words, table) && (column === undefined || includesName(words, column));
}

/** The parts of a constraint that can name columns of its table. */
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
