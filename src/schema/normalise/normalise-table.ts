import type { ColumnDefinition, ColumnsAndConstraintsCreateTableBody, NamedColumnConstraint } from 'sqlite3-parser';
import { foldName, sameName } from '../names.ts';
import type { Column, ConflictAction, Expression, Generated, PrimaryKey, Table } from '../normalised.ts';
import { canonicalTokens, expressionOf, type Spelling } from './normalise.ts';
import { type Constraints, collectConstraints, conflictAction } from './normalise-constraints.ts';
import {
  behindParentheses,
  insideParentheses,
  itemsInParentheses,
  parseStored,
  textAfter,
  textOf,
  unreadable,
  withoutFirstWord,
} from './normalise-parse.ts';
import { typeText } from './normalise-type.ts';

/**
 * An ordinary table, from its stored CREATE TABLE.
 * @throws {DrydockError} FAULT if the text cannot be parsed.
 */
export function tableOf(name: string, sql: string): Table {
  const { body, afterName } = parseTable(sql);
  const names = body.columns.map(({ colName }) => colName.text);
  const spelling: Spelling = { names: 'folded', columns: [...names, name] };
  const constraints = collectConstraints(sql, behindColumns(body), body.constraints ?? [], spelling);
  const options = canonicalTokens(behindParentheses(afterName), spelling);
  const [strict, withoutRowid] = [options.includes('strict'), options.includes('without')];
  const columns = columnsOf(sql, body, itemsInParentheses(afterName), spelling);
  const primaryKey = primaryKeyOf(constraints, columns, withoutRowid);
  return {
    name,
    sql,
    columns: columns.map((column) => ({
      ...column,
      notNull: heededNotNull(column, primaryKey, strict || withoutRowid),
    })),
    primaryKey,
    uniques: constraints.uniques,
    checks: constraints.checks,
    foreignKeys: constraints.foreignKeys,
    strict,
    withoutRowid,
  };
}

function parseTable(sql: string): { body: ColumnsAndConstraintsCreateTableBody; afterName: string } {
  const statement = parseStored(sql);
  if (statement.type !== 'CreateTableStmt' || statement.body.type !== 'ColumnsAndConstraintsCreateTableBody') {
    throw unreadable(sql, 'it is no CREATE TABLE with columns');
  }
  return { body: statement.body, afterName: textAfter(sql, statement.tblName.span) };
}

function behindColumns({ columns }: ColumnsAndConstraintsCreateTableBody) {
  return columns.flatMap(({ colName, constraints }) => constraints.map((named) => ({ column: colName.text, named })));
}

/** Table constraints follow the columns, so the first items are the columns. */
function columnsOf(
  sql: string,
  { columns }: ColumnsAndConstraintsCreateTableBody,
  items: readonly string[],
  spelling: Spelling,
): Column[] {
  return columns.map((column, index) => columnOf(sql, column, items[index] ?? '', spelling));
}

function columnOf(sql: string, column: ColumnDefinition, definition: string, spelling: Spelling): Column {
  // If repeated, the last one applies.
  const last = <T extends NamedColumnConstraint['constraint']['type']>(type: T) =>
    column.constraints.findLast(({ constraint }) => constraint.type === type && !allowsNull(constraint));
  const collate = last('CollateColumnConstraint')?.constraint;
  const notNull = last('NotNullColumnConstraint')?.constraint;
  return {
    name: column.colName.text,
    type: column.colType === undefined ? '' : typeText(textOf(sql, column.colType.span)),
    notNull: notNull?.type === 'NotNullColumnConstraint' ? conflictAction(notNull.conflictClause) : undefined,
    default: defaultOf(sql, last('DefaultColumnConstraint'), spelling),
    collation: collate?.type === 'CollateColumnConstraint' ? collate.collationName.text.toUpperCase() : 'BINARY',
    generated: generatedOf(sql, last('GeneratedColumnConstraint'), spelling),
    definition,
  };
}

/** SQLite accepts `NULL` as a constraint and ignores it. */
function allowsNull(constraint: NamedColumnConstraint['constraint']): boolean {
  return constraint.type === 'NotNullColumnConstraint' && constraint.nullable;
}

function defaultOf(sql: string, named: NamedColumnConstraint | undefined, spelling: Spelling): Expression | undefined {
  if (named?.constraint.type !== 'DefaultColumnConstraint') return undefined;
  const { expr } = named.constraint;
  const expression = expressionOf(withoutFirstWord(textOf(sql, named.span)), spelling);
  // A column without a default gets NULL anyway.
  if (expression.tokens.join(' ') === 'null') return undefined;
  // A bare word is a string, including its letter case: https://sqlite.org/lang_createtable.html#dfltval
  const isString = expr.type === 'Id' && !/^(?:true|false)$/i.test(expr.name);
  return isString ? { ...expression, tokens: [`'${expr.name.replaceAll("'", "''")}'`] } : expression;
}

function generatedOf(sql: string, named: NamedColumnConstraint | undefined, spelling: Spelling): Generated | undefined {
  if (named?.constraint.type !== 'GeneratedColumnConstraint') return undefined;
  const { typ } = named.constraint;
  const expression = expressionOf(insideParentheses(textOf(sql, named.span)), spelling);
  return { expression, kind: typ !== undefined && foldName(typ.name) === 'stored' ? 'stored' : 'virtual' };
}

function primaryKeyOf(
  { primaryKey }: Constraints,
  columns: readonly Column[],
  withoutRowid: boolean,
): PrimaryKey | undefined {
  if (primaryKey === undefined) return undefined;
  const [key] = primaryKey.columns;
  const isInteger = columns.some(
    ({ name, type }) => key !== undefined && sameName(key.name, name) && foldName(type) === 'integer',
  );
  // `INTEGER PRIMARY KEY DESC` is not the rowid, `PRIMARY KEY (id DESC)` is: https://sqlite.org/lang_createtable.html#rowid
  const isDescendingColumn = primaryKey.behind !== undefined && key?.descending === true;
  const isRowid = primaryKey.columns.length === 1 && isInteger && !isDescendingColumn && !withoutRowid;
  if (!isRowid || key === undefined) return { ...primaryKey, isRowid };
  return { ...primaryKey, columns: [{ ...key, descending: false }], isRowid };
}

/** NOT NULL as SQLite enforces it: a rowid is never NULL, and some primary keys are implicitly NOT NULL. */
function heededNotNull(
  { name, notNull }: Column,
  primaryKey: PrimaryKey | undefined,
  keyIsNotNull: boolean,
): ConflictAction | undefined {
  const inKey = primaryKey?.columns.some((column) => sameName(column.name, name)) === true;
  if (inKey && primaryKey?.isRowid) return undefined;
  // https://sqlite.org/withoutrowid.html and https://sqlite.org/stricttables.html
  return inKey && keyIsNotNull ? (notNull ?? 'ABORT') : notNull;
}
