import { parseExpression } from '../schema/edit/edit-expression.ts';
import { quoteName } from '../schema/quote.ts';
import type { IfExists } from './columns.ts';
import { requireFit } from './constraint-errors.ts';
import { keepingDependents } from './dependents.ts';
import type { OperationNote, SqlPort } from './sql-port.ts';
import { tell } from './sql-port.ts';

export interface CreateIndexOptions {
  readonly unique?: boolean;
  readonly ifNotExists?: boolean;
  /** SQL condition of a partial index. https://sqlite.org/partialindex.html */
  readonly where?: string;
}

interface KeyOptions {
  readonly desc?: boolean;
  readonly collate?: string;
}

/** One key of an index: a column name, a column with an order or a collation, or an SQL expression. */
export type IndexKey =
  | string
  | (KeyOptions & { readonly column: string })
  | (KeyOptions & { readonly expression: string });

export interface IndexOperations {
  /**
   * Creates an index.
   * @throws {DrydockError} If the index is unique and the rows are not.
   * @example
   * op.createIndex('people_email', 'people', [{ column: 'email', collate: 'NOCASE' }], { unique: true });
   * op.createIndex('orders_open', 'orders', [{ column: 'placed', desc: true }], { where: 'shipped IS NULL' });
   * op.createIndex('people_domain', 'people', [{ expression: "substr(email, instr(email, '@') + 1)" }]);
   */
  createIndex(name: string, table: string, keys: readonly IndexKey[], options?: CreateIndexOptions): void;

  /**
   * Drops an index.
   * @throws {DrydockError} If a view or trigger names the index (INDEXED BY).
   * @example
   * op.dropIndex('teams_name');
   */
  dropIndex(name: string, options?: IfExists): void;
}

export function indexOperations(port: SqlPort): IndexOperations {
  return {
    createIndex(name, table, keys, options = {}) {
      tell(port, [createIndex(port, name, table, keys, options)]);
    },

    dropIndex(name, options = {}) {
      tell(
        port,
        keepingDependents(port, `dropIndex of ${name}`, () => dropIndex(port, name, options)),
      );
    },
  };
}

export function createIndex(
  port: SqlPort,
  name: string,
  table: string,
  keys: readonly IndexKey[],
  { unique = false, ifNotExists = false, where }: CreateIndexOptions,
): OperationNote {
  const create = unique ? 'CREATE UNIQUE INDEX' : 'CREATE INDEX';
  const guard = ifNotExists ? ' IF NOT EXISTS' : '';
  const condition = where === undefined ? '' : ` WHERE ${where}`;
  const list = keys.map(keySql).join(', ');
  const sql = `${create}${guard} main.${quoteName(name)} ON ${quoteName(table)} (${list})${condition}`;
  requireFit(table, `the index ${name}`, () => port.run(sql));
  return { operation: 'createIndex', table, method: 'in place', why: 'an index is separate from its table' };
}

/** Drops it without checking what depends on it. */
export function dropIndex(port: SqlPort, name: string, { ifExists = false }: IfExists): OperationNote[] {
  const [index] = port.all(
    "SELECT tbl_name FROM main.sqlite_schema WHERE type = 'index' AND name = ? COLLATE NOCASE",
    name,
  );
  if (index === undefined && ifExists) return [];
  port.run(`DROP INDEX main.${quoteName(name)}`);
  const table = String(index?.['tbl_name']);
  return [{ operation: 'dropIndex', table, method: 'in place', why: 'an index is separate from its table' }];
}

function keySql(key: IndexKey): string {
  if (typeof key === 'string') return quoteName(key);
  const collate = key.collate === undefined ? '' : ` COLLATE ${quoteName(key.collate)}`;
  const order = key.desc === true ? ' DESC' : '';
  return `${'column' in key ? quoteName(key.column) : expressionSql(key.expression)}${collate}${order}`;
}

function expressionSql(expression: string): string {
  parseExpression(expression);
  return `(${expression})`;
}
