import type { Column, ColumnOptions } from './column.ts';

type Build = (name: string, options?: ColumnOptions) => Column;

/** Makes the columns for `addColumn` and `createTable`. Revisions use it as `op.column`. */
export interface ColumnBuilder {
  /** VARCHAR(length): SQLite keeps the length in the schema but does not enforce it. */
  string(name: string, length: number, options?: ColumnOptions): Column;
  text: Build;
  integer: Build;
  bigInteger: Build;
  smallInteger: Build;
  float: Build;
  real: Build;
  double: Build;
  /** NUMERIC(precision, scale): SQLite enforces neither and stores a float. */
  numeric(name: string, precision: number, scale: number, options?: ColumnOptions): Column;
  boolean: Build;
  date: Build;
  datetime: Build;
  time: Build;
  timestamp: Build;
  json: Build;
  blob: Build;
  /** Any declared type that has no method of its own: `column.type('price', 'MONEY')`. */
  type(name: string, type: string, options?: ColumnOptions): Column;
}

/** The declared types are SQLAlchemy's, so that a schema reads the same no matter which tool added the column. */
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
