/** Applies ALTER TABLE … RENAME to a schema. https://sqlite.org/lang_altertable.html */
import { foldName, includesName, sameName } from '../schema/names.ts';
import { canonicalName } from '../schema/normalise/normalise.ts';
import type { Column, Expression, ForeignKey, Index, KeyColumn, Schema, Table } from '../schema/normalised.ts';
import type { Rename } from './renames.ts';

/**
 * The schema after renames, in order. Views and triggers stay as they were: a plan drops and recreates those that refer to
 * anything renamed, since only SQLite can tell what a name in them means.
 */
export function withRenames(schema: Schema, renames: readonly Rename[]): Schema {
  return renames.reduce(withRename, schema);
}

function withRename(schema: Schema, rename: Rename): Schema {
  return rename.kind === 'table' ? withTableRenamed(schema, rename) : withColumnRenamed(schema, rename);
}

function withTableRenamed(schema: Schema, { from, to }: { readonly from: string; readonly to: string }): Schema {
  const renamed = (name: string) => (sameName(name, from) ? to : name);
  const tables = schema.tables.map((table): Table => {
    const foreignKeys = table.foreignKeys.map((key) => ({ ...key, parent: renamed(key.parent) }));
    if (foldName(table.name) !== foldName(from)) return { ...table, foreignKeys };
    return mapExpressions({ ...table, name: to, foreignKeys }, (expression) => withQualifier(expression, from, to));
  });
  return {
    ...schema,
    tables: tables.sort((one, other) => (foldName(one.name) < foldName(other.name) ? -1 : 1)),
    indexes: schema.indexes.map((index) => ({ ...index, table: renamed(index.table) })),
  };
}

function withColumnRenamed(
  schema: Schema,
  rename: { readonly table: string; readonly from: string; readonly to: string },
): Schema {
  const { table: tableName, from, to } = rename;
  const isTable = (name: string) => sameName(name, tableName);
  const renamed = (name: string) => (sameName(name, from) ? to : name);
  const inExpression = (expression: Expression) => withName(expression, from, to);
  return {
    ...schema,
    tables: schema.tables.map((table) => {
      const pointing = {
        ...table,
        foreignKeys: table.foreignKeys.map((key) => (isTable(key.parent) ? withParent(key, renamed) : key)),
      };
      return isTable(table.name) ? mapExpressions(withColumns(pointing, renamed), inExpression) : pointing;
    }),
    indexes: schema.indexes.map((index) => (isTable(index.table) ? mapIndex(index, inExpression) : index)),
  };
}

function withParent(key: ForeignKey, renamed: (name: string) => string): ForeignKey {
  return { ...key, parentColumns: key.parentColumns?.map(renamed) };
}

function withColumns(table: Table, renamed: (name: string) => string): Table {
  const behind = <T extends { readonly behind: string | undefined }>(constraint: T): T => ({
    ...constraint,
    behind: constraint.behind === undefined ? undefined : renamed(constraint.behind),
  });
  const key = (column: KeyColumn) => ({ ...column, name: renamed(column.name) });
  const { primaryKey } = table;
  return {
    ...table,
    columns: table.columns.map((column) => ({ ...column, name: renamed(column.name) })),
    primaryKey: primaryKey === undefined ? undefined : { ...behind(primaryKey), columns: primaryKey.columns.map(key) },
    uniques: table.uniques.map((unique) => ({ ...behind(unique), columns: unique.columns.map(key) })),
    checks: table.checks.map(behind),
    foreignKeys: table.foreignKeys.map((foreignKey) => ({
      ...behind(foreignKey),
      columns: foreignKey.columns.map(renamed),
    })),
  };
}

type Change = (expression: Expression) => Expression;

function mapExpressions(table: Table, change: Change): Table {
  const mapColumn = (column: Column): Column =>
    column.generated === undefined
      ? column
      : { ...column, generated: { ...column.generated, expression: change(column.generated.expression) } };
  return {
    ...table,
    columns: table.columns.map(mapColumn),
    checks: table.checks.map((check) => ({ ...check, expression: change(check.expression) })),
  };
}

function mapIndex(index: Index, change: Change): Index {
  return {
    ...index,
    terms: index.terms.map(change),
    where: index.where === undefined ? undefined : change(index.where),
  };
}

/** A name is a column's unless it belongs to a function, a collation or a table. */
function withName({ sql, tokens }: Expression, from: string, to: string): Expression {
  const [old, wanted] = [canonicalName(from), canonicalName(to)];
  const isColumn = (token: string, at: number) =>
    token === old && tokens[at + 1] !== '(' && tokens[at + 1] !== '.' && tokens[at - 1] !== 'collate';
  return { sql, tokens: tokens.map((token, at) => (isColumn(token, at) ? wanted : token)) };
}

/** `t.a` in a CHECK of t. */
function withQualifier({ sql, tokens }: Expression, from: string, to: string): Expression {
  const [old, wanted] = [canonicalName(from), canonicalName(to)];
  return { sql, tokens: tokens.map((token, at) => (token === old && tokens[at + 1] === '.' ? wanted : token)) };
}

/** Whether SQL tokens contain this name, whatever it refers to. */
export function mentionsName({ tokens }: Expression, name: string): boolean {
  return includesName(tokens, canonicalName(name));
}
