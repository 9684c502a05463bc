import { DrydockError } from '../errors.ts';
import { plural } from '../format.ts';
import { withColumnType } from '../schema/column-type.ts';
import { notNulls, withCollation, withDefault, withNotNull, withoutNotNull } from '../schema/edit/edit-columns.ts';
import { hasSubquery, parseExpression } from '../schema/edit/edit-expression.ts';
import { findColumn } from '../schema/edit/edit-table.ts';
import { sameName } from '../schema/names.ts';
import { tableOf } from '../schema/normalise/normalise-table.ts';
import { quoteName } from '../schema/quote.ts';
import type { ColumnChange } from './column.ts';
import { requireFit } from './constraint-errors.ts';
import { numberFrom, tableColumns } from './lookups.ts';
import type { SqlPort } from './sql-port.ts';
import type { TableChange } from './table-change.ts';
import { nothingToDo } from './table-change.ts';
import type { TablePlan } from './table-plan.ts';
import { sourceOf, withTable, withValues } from './table-plan.ts';

/** The changes that make up one `alterColumn`, except for the new name. */
export function alterColumnChanges(name: string, change: ColumnChange): TableChange[] {
  const { type, using, nullable, default: value, collate } = change;
  if (using !== undefined && type === undefined) {
    throw new DrydockError('REVISION_FAILED', {
      what: `alterColumn of ${name} has \`using\`, but no type to convert to`,
      next: 'Give the type too, or change the values with op.execute',
    });
  }
  return [
    ...(type === undefined ? [] : [typeChange(name, type, using)]),
    ...(value === undefined ? [] : [defaultChange(name, value)]),
    ...(collate === undefined ? [] : [collationChange(name, collate)]),
    ...(nullable === undefined ? [] : [nullable ? nullableChange(name) : notNullChange(name)]),
  ];
}

function typeChange(name: string, type: string, using: string | undefined): TableChange {
  return {
    operation: 'alterColumn',
    prepare(plan, { port, stored }) {
      const next = withTable(plan, withColumnType(plan.table, name, type));
      requireRowidKept(stored.name, findColumn(plan.table, name).name, type, plan, next);
      const why = 'SQLite cannot change a declared type in place';
      if (using !== undefined) {
        requireConversion(port, stored.name, name, using);
        return { plan: withValues(next, name, { from: 'expression', sql: using }), why };
      }
      return next.table.sql === plan.table.sql ? nothingToDo(plan) : { plan: next, why };
    },
  };
}

/**
 * Refuses a type that turns the rowid into an ordinary column: it could hold NULL, and new rows would not be numbered.
 * https://sqlite.org/lang_createtable.html#rowid
 */
function requireRowidKept(table: string, name: string, type: string, before: TablePlan, after: TablePlan): void {
  const isRowid = (plan: TablePlan) => {
    const { primaryKey } = tableOf(table, plan.table.sql);
    return primaryKey?.isRowid === true && primaryKey.columns.some((column) => sameName(column.name, name));
  };
  if (!isRowid(before) || isRowid(after)) return;
  throw new DrydockError('REVISION_FAILED', {
    what: `${table}.${name} is the rowid, which it would not be as ${type}: new rows would not be numbered, and it could hold NULL`,
    next: 'Keep INTEGER, which holds 64 bits; to change it anyway, use one op.batchAlterTable: dropConstraint of the primary key, alterColumn, createPrimaryKey',
  });
}

function requireConversion(port: SqlPort, table: string, name: string, using: string): void {
  refuseGenerated(port, table, name);
  if (!hasSubquery(parseExpression(using))) return;
  throw new DrydockError('REVISION_FAILED', {
    what: `the conversion of ${name} reads tables, which are half rebuilt when it runs`,
    next: 'Compute the values in a column of their own first, and convert from that',
  });
}

function refuseGenerated(port: SqlPort, table: string, name: string): void {
  if (!tableColumns(port, table).some((column) => column.generated && sameName(column.name, name))) return;
  throw new DrydockError('REVISION_FAILED', {
    what: `${table}.${name} is generated: its values follow from its expression, so it takes neither a default nor a conversion`,
    next: 'Drop the column and add it with another expression',
  });
}

function defaultChange(name: string, value: string | null): TableChange {
  return {
    operation: 'alterColumn',
    prepare(plan, { port, stored }) {
      refuseGenerated(port, stored.name, name);
      if (value !== null) parseExpression(value);
      const table = withDefault(plan.table, name, value);
      if (table.sql === plan.table.sql) return nothingToDo(plan);
      return { plan: withTable(plan, table), why: 'SQLite cannot change a default in place' };
    },
  };
}

function collationChange(name: string, collate: string | null): TableChange {
  return {
    operation: 'alterColumn',
    prepare(plan) {
      const table = withCollation(plan.table, name, collate);
      if (table.sql === plan.table.sql) return nothingToDo(plan);
      return { plan: withTable(plan, table), why: 'SQLite cannot change a collation in place' };
    },
  };
}

function notNullChange(name: string): TableChange {
  return {
    operation: 'alterColumn',
    prepare(plan, { port, stored }) {
      const table = withNotNull(plan.table, name);
      if (table === plan.table) return nothingToDo(plan);
      assertNoNulls(port, stored.name, name, plan);
      const sql = `ALTER TABLE main.${quoteName(stored.name)} ALTER COLUMN ${quoteName(name)} SET NOT NULL`;
      return {
        plan: withTable(plan, table),
        why: 'SQLite sets NOT NULL in place',
        inPlace: () => requireFit(stored.name, `NOT NULL in ${name}`, () => port.run(sql)),
        since: '3.53',
      };
    },
  };
}

function nullableChange(name: string): TableChange {
  return {
    operation: 'alterColumn',
    prepare(plan, { port, stored }) {
      const column = findColumn(plan.table, name);
      const table = withoutNotNull(plan.table, name);
      if (table === plan.table) return nothingToDo(plan);
      const next = withTable(plan, table);
      if (notNulls(column).length > 1) return { plan: next, why: 'SQLite would remove only one of several NOT NULL' };
      const sql = `ALTER TABLE main.${quoteName(stored.name)} ALTER COLUMN ${quoteName(name)} DROP NOT NULL`;
      return { plan: next, why: 'SQLite drops NOT NULL in place', inPlace: () => port.run(sql), since: '3.53' };
    },
  };
}

/** SQLite itself would only say "constraint failed". */
function assertNoNulls(port: SqlPort, table: string, name: string, plan: TablePlan): void {
  const source = sourceOf(plan, name);
  // A column added in the same batch has no rows to look at yet.
  if (source === undefined) return;
  const found = `FROM main.${quoteName(table)} WHERE ${source} IS NULL`;
  if (port.later !== undefined) {
    const problem = `rows of ${table} hold NULL in ${name}, which becomes NOT NULL`;
    port.later({ holds: `NOT EXISTS (SELECT 1 ${found})`, problem });
    return;
  }
  const nulls = numberFrom(port, `SELECT count(*) ${found}`);
  if (nulls === 0) return;
  throw new DrydockError('REVISION_FAILED', {
    what: `${plural(nulls, `row of ${table} holds`, `rows of ${table} hold`)} NULL in ${name}, which becomes NOT NULL`,
    next: 'Fill them in the revision first',
  });
}
