import type { Column, ColumnOptions } from './column.ts';

type Build = (name: string, options?: ColumnOptions) => Column;

/** Makes the columns for `addColumn` and `createTable`; revisions reach it as `op.column`. */
export interface ColumnBuilder {
  /** VARCHAR(length): SQLite keeps the length as documentation and does not enforce it. */
  string(name: string, length: number, options?: ColumnOptions): Column;
  text: Build;
  integer: Build;
  bigInteger: Build;
  smallInteger: Build;
  float: Build;
  real: Build;
  double: Build;
  /** NUMERIC(precision, scale): documentation too, and a float to SQLite. */
  numeric(name: string, precision: number, scale: number, options?: ColumnOptions): Column;
  boolean: Build;
  date: Build;
  datetime: Build;
  time: Build;
  timestamp: Build;
  json: Build;
  blob: Build;
  /** Any declared type, where the name of a method does not say it: `column.type('price', 'MONEY')`. */
  type(name: string, type: string, options?: ColumnOptions): Column;
}

/** Declared types are those that SQLAlchemy writes, so that a schema reads alike whoever added the column. */
export const column: ColumnBuilder = {
  string: (name, length, options) => ({ ...options, name, type: `VARCHAR(${length})` }),
  text: declared('TEXT'),
  integer: declared('INTEGER'),
  bigInteger: declared('BIGINT'),
  smallInteger: declared('SMALLINT'),
  float: declared('FLOAT'),
  real: declared('REAL'),
  double: declared('DOUBLE'),
  numeric: (name, precision, scale, options) => ({ ...options, name, type: `NUMERIC(${precision}, ${scale})` }),
  boolean: declared('BOOLEAN'),
  date: declared('DATE'),
  datetime: declared('DATETIME'),
  time: declared('TIME'),
  timestamp: declared('TIMESTAMP'),
  json: declared('JSON'),
  blob: declared('BLOB'),
  type: (name, type, options) => ({ ...options, name, type }),
};

function declared(type: string): Build {
  return (name, options) => ({ ...options, name, type });
}
