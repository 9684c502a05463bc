import { quoteName } from '../schema/quote.ts';

/** What may be said of a column beside its name and type. */
export interface ColumnOptions {
  /** Left out: nullable, as in SQL. */
  readonly nullable?: boolean;
  /** SQL of the default: a literal such as `0` or `'legacy'`, or an expression in parentheses. */
  readonly default?: string;
  readonly primaryKey?: boolean;
}

/** A column to be created. */
export interface Column extends ColumnOptions {
  readonly name: string;
  /** The declared type, as it will stand in the schema. */
  readonly type: string;
}

/** Makes the columns for `addColumn` and `createTable`; revisions reach it as `op.column`. */
export interface ColumnBuilder {
  /** VARCHAR(length): SQLite keeps the length as documentation and does not enforce it. */
  string(name: string, length: number, options?: ColumnOptions): Column;
  text(name: string, options?: ColumnOptions): Column;
  integer(name: string, options?: ColumnOptions): Column;
  float(name: string, options?: ColumnOptions): Column;
  boolean(name: string, options?: ColumnOptions): Column;
  datetime(name: string, options?: ColumnOptions): Column;
  /** Any declared type, where the name of a method does not say it: `column.type('price', 'NUMERIC(10, 2)')`. */
  type(name: string, type: string, options?: ColumnOptions): Column;
}

/** Declared types are those that SQLAlchemy writes, so that a schema reads alike whoever added the column. */
export const column: ColumnBuilder = {
  string: (name, length, options) => ({ ...options, name, type: `VARCHAR(${length})` }),
  text: (name, options) => ({ ...options, name, type: 'TEXT' }),
  integer: (name, options) => ({ ...options, name, type: 'INTEGER' }),
  float: (name, options) => ({ ...options, name, type: 'FLOAT' }),
  boolean: (name, options) => ({ ...options, name, type: 'BOOLEAN' }),
  datetime: (name, options) => ({ ...options, name, type: 'DATETIME' }),
  type: (name, type, options) => ({ ...options, name, type }),
};

/** The column as it stands in CREATE TABLE and ADD COLUMN. */
export function columnSql({ name, type, nullable, default: defaultSql, primaryKey }: Column): string {
  const parts = [quoteName(name), type];
  if (nullable === false) parts.push('NOT NULL');
  if (defaultSql !== undefined) parts.push(`DEFAULT ${defaultSql}`);
  if (primaryKey === true) parts.push('PRIMARY KEY');
  return parts.join(' ');
}
