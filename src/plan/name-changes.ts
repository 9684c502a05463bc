import type { CreateTableBody, InsertStmt, Stmt, UpdateStmt } from 'sqlite3-parser';
import type { ReplayedStatement, StatementOrigin } from '../engine/shadow-result.ts';
import { leadingKeywords } from '../revisions/sql/statements.ts';
import { foldName, sameName } from '../schema/names.ts';
import { parseStmt } from '../schema/parse.ts';

/** What a statement does to the names of tables and columns, all folded. */
export type NameChange =
  /** `columns` is undefined if only the rows of a SELECT would tell. */
  | { readonly kind: 'create table'; readonly table: string; readonly columns: readonly string[] | undefined }
  /** The copy inside an operation's rebuild: `columns` are those of the new table that keep the old values. */
  | { readonly kind: 'copy'; readonly table: string; readonly columns: readonly string[] }
  | { readonly kind: 'drop table'; readonly table: string }
  | { readonly kind: 'rename table'; readonly table: string; readonly to: string }
  | { readonly kind: 'add column'; readonly table: string; readonly column: string }
  | { readonly kind: 'drop column'; readonly table: string; readonly column: string }
  | { readonly kind: 'rename column'; readonly table: string; readonly column: string; readonly to: string }
  /** `column` of every row is computed from the columns `from`. */
  | { readonly kind: 'fill column'; readonly table: string; readonly column: string; readonly from: readonly string[] };

/** None for every other statement; 'unreadable' if the parser cannot tell what happens to a table. */
export function nameChangesIn({ sql, origin }: ReplayedStatement): readonly NameChange[] | 'unreadable' {
  const parsed = parseStmt(sql);
  if (parsed.status !== 'ok') return changesTable(sql) ? 'unreadable' : [];
  const { root } = parsed;
  if (root?.type === 'UpdateStmt') return fillsIn(root);
  const change = nameChangeIn(root, origin);
  return change === undefined ? [] : [change];
}

function nameChangeIn(root: Stmt | undefined, origin: StatementOrigin): NameChange | undefined {
  if (root?.type === 'InsertStmt') return origin === 'operation' ? copyIn(root) : undefined;
  if (
    root?.type !== 'CreateTableStmt' &&
    root?.type !== 'CreateVirtualTableStmt' &&
    root?.type !== 'DropTableStmt' &&
    root?.type !== 'AlterTableStmt'
  )
    return undefined;
  const { dbName, objName } = root.tblName;
  if (dbName !== undefined && !sameName(dbName.text, 'main')) return undefined;
  const table = foldName(objName.text);
  if (root.type === 'CreateVirtualTableStmt') return { kind: 'create table', table, columns: undefined };
  if (root.type === 'DropTableStmt') return { kind: 'drop table', table };
  if (root.type === 'CreateTableStmt') {
    return root.temporary ? undefined : { kind: 'create table', table, columns: columnsOf(root.body) };
  }
  const { body } = root;
  if (body.type === 'RenameToAlterTableBody') return { kind: 'rename table', table, to: foldName(body.name.text) };
  if (body.type === 'AddColumnAlterTableBody')
    return { kind: 'add column', table, column: foldName(body.column.colName.text) };
  if (body.type === 'DropColumnAlterTableBody')
    return { kind: 'drop column', table, column: foldName(body.column.text) };
  if (body.type === 'RenameColumnAlterTableBody')
    return { kind: 'rename column', table, column: foldName(body.old.text), to: foldName(body.new.text) };
  return undefined;
}

function changesTable(sql: string): boolean {
  const [verb, ...rest] = leadingKeywords(sql);
  return ['ALTER', 'CREATE', 'DROP'].includes(verb ?? '') && rest.slice(0, 2).includes('TABLE');
}

/** What an UPDATE of all rows computes from other columns of its table. */
function fillsIn({ tblName, sets, from, whereClause, limit }: UpdateStmt): NameChange[] {
  if (from !== undefined || whereClause !== undefined || limit !== undefined) return [];
  const table = foldName(tblName.objName.text);
  return sets.flatMap(({ colNames, expr }): NameChange[] => {
    const [column, ...others] = colNames;
    if (column === undefined || others.length > 0) return [];
    return [{ kind: 'fill column', table, column: foldName(column.text), from: columnsIn(expr) }];
  });
}

function columnsIn(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(columnsIn);
  if (typeof node !== 'object' || node === null) return [];
  const { type, name } = node as { readonly type?: unknown; readonly name?: unknown };
  if (type === 'QualifiedExpr') return [foldName((node as { readonly column: { readonly text: string } }).column.text)];
  return type === 'Id' && typeof name === 'string' ? [foldName(name)] : Object.values(node).flatMap(columnsIn);
}

function columnsOf(body: CreateTableBody): string[] | undefined {
  if (body.type !== 'ColumnsAndConstraintsCreateTableBody') return undefined;
  return body.columns.map(({ colName }) => foldName(colName.text));
}

/** Leaves out a column whose values come from elsewhere: it was replaced by a new one of the same name, or gets the rowid. */
function copyIn({ tblName, columns = [], body }: InsertStmt): NameChange | undefined {
  if (body.type !== 'SelectInsertBody' || body.select.select.type !== 'SelectFrom') return undefined;
  const sources = body.select.select.columns;
  const kept = columns
    .map(({ text }) => foldName(text))
    .filter((name, index) => {
      const source = sources[index];
      if (source?.type !== 'ExprResultColumn') return false;
      return source.expr.type !== 'Id' || foldName(source.expr.name) === name;
    });
  return { kind: 'copy', table: foldName(tblName.objName.text), columns: kept };
}
