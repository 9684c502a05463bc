import type { BackfillOperations } from './backfill.ts';
import { backfillOperations } from './backfill.ts';
import type { BatchOperations } from './batch.ts';
import { batchOperations } from './batch.ts';
import type { ColumnBuilder } from './column-builder.ts';
import { column } from './column-builder.ts';
import type { ColumnOperations } from './columns.ts';
import { columnOperations } from './columns.ts';
import type { ConstraintBuilder } from './constraint.ts';
import { constraint } from './constraint.ts';
import type { ConstraintOperations } from './constraints.ts';
import { constraintOperations } from './constraints.ts';
import type { StatementOperations } from './ddl-statements.ts';
import { statementOperations } from './ddl-statements.ts';
import type { IndexOperations } from './indexes.ts';
import { indexOperations } from './indexes.ts';
import type { LookupOperations } from './lookups.ts';
import { lookupOperations } from './lookups.ts';
import type { RequirementOperations } from './require-schema.ts';
import { requirementOperations } from './require-schema.ts';
import type { RowOperations } from './rows.ts';
import { rowOperations } from './rows.ts';
import type { SqlPort } from './sql-port.ts';
import type { TableOperations } from './tables.ts';
import { tableOperations } from './tables.ts';
import type { ViewOperations } from './views.ts';
import { viewOperations } from './views.ts';

/**
 * What a TypeScript revision works with: `export function upgrade(op: Operations): void { … }`. The names are
 * Alembic's in camelCase. Every operation is synchronous, runs inside the run's transaction, and throws on failure.
 */
export interface Operations
  extends StatementOperations,
    LookupOperations,
    RequirementOperations,
    TableOperations,
    ColumnOperations,
    ConstraintOperations,
    IndexOperations,
    ViewOperations,
    BatchOperations,
    RowOperations,
    BackfillOperations {
  /**
   * Makes columns, so that a revision needs no import at run time: `op.column.string('platform', 20)`.
   * @example
   * op.createTable(
   *   'products',
   *   op.column.integer('id', { primaryKey: true, autoincrement: true }),
   *   op.column.string('name', 80, { nullable: false, collate: 'NOCASE' }),
   *   op.column.numeric('price', 10, 2, { default: '0', check: 'price >= 0' }),
   *   op.column.type('size', 'MONEY'),
   * );
   */
  readonly column: ColumnBuilder;

  /**
   * Makes constraints, for `createTable` and `dropConstraint`: `op.constraint.unique(['email'])`.
   * @example
   * op.createTable(
   *   'bookings',
   *   op.column.integer('person_id'),
   *   op.column.date('day'),
   *   op.constraint.unique(['person_id', 'day'], { name: 'bookings_once' }),
   *   op.constraint.check("day >= '2000-01-01'"),
   *   op.constraint.foreignKey(['person_id'], 'people'),
   * );
   */
  readonly constraint: ConstraintBuilder;

  /**
   * The values of `-x key=value` on the command line, by key.
   * @example
   * op.execute('INSERT INTO teams (name) VALUES (?)', op.arguments['team'] ?? 'Red');
   */
  readonly arguments: Readonly<Record<string, string>>;
}

/** Settings of the run that its revisions can see. */
export interface OperationSettings {
  readonly arguments?: Readonly<Record<string, string>>;
}

/** The operations on one connection. */
export function createOperations(port: SqlPort, settings: OperationSettings = {}): Operations {
  return {
    column,
    constraint,
    arguments: settings.arguments ?? {},
    ...statementOperations(port),
    ...lookupOperations(port),
    ...requirementOperations(port),
    ...tableOperations(port),
    ...columnOperations(port),
    ...constraintOperations(port),
    ...indexOperations(port),
    ...viewOperations(port),
    ...batchOperations(port),
    ...rowOperations(port),
    ...backfillOperations(port),
  };
}
