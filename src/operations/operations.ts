import type { ColumnBuilder } from './column.ts';
import { column } from './column.ts';
import type { ColumnOperations } from './columns.ts';
import { columnOperations } from './columns.ts';
import type { IndexOperations } from './indexes.ts';
import { indexOperations } from './indexes.ts';
import type { LookupOperations } from './lookups.ts';
import { lookupOperations } from './lookups.ts';
import type { SqlPort } from './sql-port.ts';
import type { StatementOperations } from './statements.ts';
import { statementOperations } from './statements.ts';
import type { TableOperations } from './tables.ts';
import { tableOperations } from './tables.ts';

/**
 * What a TypeScript revision works with: `export function upgrade(op: Operations): void { … }`. The names are
 * Alembic's in camelCase. Every operation is synchronous, runs inside the run's transaction, and throws on failure.
 */
export interface Operations
  extends StatementOperations,
    LookupOperations,
    TableOperations,
    ColumnOperations,
    IndexOperations {
  /** Makes columns, so that a revision needs no import at run time: `op.column.string('platform', 20)`. */
  readonly column: ColumnBuilder;
}

/** The operations over one connection. */
export function createOperations(port: SqlPort): Operations {
  return {
    column,
    ...statementOperations(port),
    ...lookupOperations(port),
    ...tableOperations(port),
    ...columnOperations(port),
    ...indexOperations(port),
  };
}
