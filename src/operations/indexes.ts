import { quoteName } from '../schema/quote.ts';
import type { SqlPort } from './sql-port.ts';

export interface CreateIndexOptions {
  readonly unique?: boolean;
  readonly ifNotExists?: boolean;
  /** SQL of the condition that makes the index a partial one. https://sqlite.org/partialindex.html */
  readonly where?: string;
}

export interface DropIndexOptions {
  readonly ifExists?: boolean;
}

/** Indexes over columns; for one over an expression or with an order, write the SQL in `op.execute`. */
export interface IndexOperations {
  createIndex(name: string, table: string, columns: readonly string[], options?: CreateIndexOptions): void;
  dropIndex(name: string, options?: DropIndexOptions): void;
}

export function indexOperations(port: SqlPort): IndexOperations {
  return {
    createIndex(name, table, columns, { unique = false, ifNotExists = false, where } = {}) {
      const create = unique ? 'CREATE UNIQUE INDEX' : 'CREATE INDEX';
      const guard = ifNotExists ? ' IF NOT EXISTS' : '';
      const condition = where === undefined ? '' : ` WHERE ${where}`;
      const list = columns.map(quoteName).join(', ');
      port.run(`${create}${guard} ${quoteName(name)} ON ${quoteName(table)} (${list})${condition}`);
    },

    dropIndex(name, { ifExists = false } = {}) {
      port.run(`DROP INDEX ${ifExists ? 'IF EXISTS ' : ''}${quoteName(name)}`);
    },
  };
}
