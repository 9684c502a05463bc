import { DrydockError } from '../errors.ts';
import { parseExpression } from '../schema/edit/edit-expression.ts';
import type { TableText } from '../schema/edit/edit-table.ts';
import { parseTable } from '../schema/edit/edit-table.ts';
import { textAt } from '../schema/edit/edit-text.ts';
import { sameName } from '../schema/names.ts';
import { quoteName } from '../schema/quote.ts';
import type { ForeignKeyOptions } from './constraint.ts';
import { referencesSql } from './constraint.ts';

/** What a column can have besides its name and type. */
export interface ColumnOptions {
  /** True by default, as in SQL. */
  readonly nullable?: boolean;
  /** SQL of the default: a literal such as `0` or `'legacy'`, or an expression in parentheses. */
  readonly default?: string;
  readonly primaryKey?: boolean;
  /** Only with `primaryKey` on an INTEGER column: an id is never used again. https://sqlite.org/autoinc.html */
  readonly autoincrement?: boolean;
  readonly unique?: boolean;
  /** An SQL expression, without enclosing parentheses. */
  readonly check?: string;
  readonly collate?: string;
  readonly references?: Reference;
  readonly generated?: GeneratedColumn;
}

/** The column that this one refers to. */
export interface Reference extends ForeignKeyOptions {
  readonly table: string;
  /** The parent's primary key by default. */
  readonly column?: string;
}

/** A column computed from others. https://sqlite.org/gencol.html */
export interface GeneratedColumn {
  /** An SQL expression, without enclosing parentheses. */
  readonly as: string;
  /** `virtual` is computed when read, `stored` when written. */
  readonly kind: 'virtual' | 'stored';
}

/** Where a new column stands. */
export interface ColumnPlace {
  /** The column before it; the last one by default. Anywhere else, the table is rebuilt. */
  readonly after?: string;
}

/** A column to be created. */
export interface Column extends ColumnOptions {
  readonly name: string;
  /** The declared type, as it will appear in the schema. */
  readonly type: string;
}

/** Where a new column stands. */
export interface ColumnPlace {
  /** The column before it; the last one by default. Anywhere else, the table is rebuilt. */
  readonly after?: string;
}

/** What `alterColumn` changes; whatever is omitted stays as it is. */
export interface ColumnChange {
  /** A new declared type. Refused if it would change any value, unless `using` says how to convert. */
  readonly type?: string;
  /** With `type`: an SQL expression over the old row that gives the new value, such as `CAST(amount AS INTEGER)`. */
  readonly using?: string;
  readonly nullable?: boolean;
  /** SQL of the new default; null removes it. Existing rows keep their values. */
  readonly default?: string | null;
  /** The new collation; null means SQLite's default, BINARY. */
  readonly collate?: string | null;
  readonly newName?: string;
}

/** The column as CREATE TABLE and ADD COLUMN write it. */
export function columnSql(column: Column): string {
  const words = constraintsOf(column);
  const parts = [quoteName(column.name), column.type, ...words.map((each) => each.sql)];
  const sql = parts.filter((part) => part !== '').join(' ');
  requireNothingElse(column, sql, words);
  return sql;
}

/** A constraint that the parser must find in the column, with its SQL. */
interface Words {
  readonly node: string;
  readonly sql: string;
}

function constraintsOf(column: Column): Words[] {
  const words: Words[] = [];
  const add = (node: string, sql: string) => words.push({ node: `${node}ColumnConstraint`, sql });
  for (const expression of [column.generated?.as, column.default, column.check]) {
    if (expression !== undefined) parseExpression(expression);
  }
  if (column.generated !== undefined) {
    add('Generated', `GENERATED ALWAYS AS (${column.generated.as}) ${column.generated.kind.toUpperCase()}`);
  }
  if (column.nullable === false) add('NotNull', 'NOT NULL');
  if (column.default !== undefined) add('Default', `DEFAULT ${column.default}`);
  if (column.primaryKey === true || column.autoincrement === true) add('PrimaryKey', primaryKeySql(column));
  if (column.unique === true) add('Unique', 'UNIQUE');
  if (column.check !== undefined) add('Check', `CHECK (${column.check})`);
  if (column.collate !== undefined) add('Collate', `COLLATE ${quoteName(column.collate)}`);
  if (column.references !== undefined) {
    const { table, column: referred, ...options } = column.references;
    add('ForeignKey', referencesSql(table, referred === undefined ? [] : [referred], options));
    // The grammar reads a column's DEFERRABLE as a separate constraint.
    if (options.deferrable !== undefined) add('Defer', '');
  }
  return words;
}

function primaryKeySql({ name, type, primaryKey, autoincrement }: Column): string {
  if (autoincrement !== true) return 'PRIMARY KEY';
  if (primaryKey === true && sameName(type, 'INTEGER')) return 'PRIMARY KEY AUTOINCREMENT';
  throw new DrydockError('REVISION_FAILED', {
    what: `the column ${name} cannot be autoincrement: SQLite supports that only for an INTEGER primary key`,
  });
}

/** `default: '0, extra TEXT'` or the type `TEXT UNIQUE` would add more than its option allows. */
function requireNothingElse(column: Column, sql: string, words: readonly Words[]): void {
  const table = parseTable(`CREATE TABLE t (${sql})`);
  const [read, more] = table.columns;
  const alone = more === undefined && table.constraints.length === 0;
  if (read === undefined || !alone || !sameName(read.name, column.name)) throw isMore(column, sql);
  if (textAt(table.sql, read.type) !== column.type || column.type === '') {
    throw new DrydockError('REVISION_FAILED', {
      what: `${JSON.stringify(column.type)} is not a column type`,
      next: 'Pass only the type, such as VARCHAR(50), and the rest as options of the column',
    });
  }
  if (kinds(table).join() !== words.map(({ node }) => node).join()) throw isMore(column, sql);
}

function kinds(table: TableText): string[] {
  return table.columns.flatMap(({ constraints }) => constraints.map(({ node }) => node.type));
}

function isMore(column: Column, sql: string): DrydockError {
  return new DrydockError('REVISION_FAILED', {
    what: `the options of the column ${column.name} contain more than they should: ${sql}`,
    next: 'Use one option for each part of the column, and write expressions without enclosing parentheses',
  });
}
