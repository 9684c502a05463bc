import { DrydockError } from '../errors.ts';
import { parseExpression } from '../schema/edit-expression.ts';
import { quoteName, sameName } from '../schema/quote.ts';
import { numberFrom, requireTable } from './lookups.ts';
import { rowIdentity } from './row-identity.ts';
import type { SqlPort } from './sql-port.ts';

export interface BatchedUpdate {
  /** For each column, an SQL expression over the row. */
  readonly set: Readonly<Record<string, string>>;
  /** SQL of the condition that picks rows; left out: all. */
  readonly where?: string;
  /** How many rows are looked at between two reports of progress; left out: 10 000. */
  readonly batchSize?: number;
}

/** Filling a large table, with progress. */
export interface BackfillOperations {
  /**
   * An UPDATE in pieces, in the order of the rowid or the primary key, which tells how far it is. Every row is looked at
   * once; all pieces are part of the one transaction.
   * @returns How many rows were changed.
   */
  updateInBatches(table: string, update: BatchedUpdate): number;
}

export function backfillOperations(port: SqlPort): BackfillOperations {
  return {
    updateInBatches(table, update) {
      return port.atomically(() => updateInBatches(port, requireTable(port, table).name, update));
    },
  };
}

function updateInBatches(port: SqlPort, table: string, { set, where, batchSize = 10_000 }: BatchedUpdate): number {
  requireSize(batchSize);
  const key = requireKey(port, table, Object.keys(set));
  const conditions = where === undefined ? [] : [`(${checked(where)})`];
  const assignments = Object.entries(set).map(([column, sql]) => `${quoteName(column)} = (${checked(sql)})`);
  if (port.later !== undefined) {
    const rows = [...conditions, 'TRUE'].join(' AND ');
    return port.run(`UPDATE main.${quoteName(table)} SET ${assignments.join(', ')} WHERE ${rows}`).changes;
  }
  const total = numberFrom(port, `SELECT count(*) FROM main.${quoteName(table)}`);
  let changes = 0;
  let after: string | undefined;
  for (let done = 0; done < total; done += batchSize) {
    const last = lastOfBatch(port, table, key, { after, batchSize });
    const bounds = [
      ...(after === undefined ? [] : [`${tuple(key)} > ${after}`]),
      ...(last === undefined ? [] : [`${tuple(key)} <= ${last}`]),
    ];
    const rows = [...conditions, ...bounds, 'TRUE'].join(' AND ');
    changes += port.run(`UPDATE main.${quoteName(table)} SET ${assignments.join(', ')} WHERE ${rows}`).changes;
    after = last;
    port.progress?.(`backfill of ${table}`, Math.min(done + batchSize, total), total);
  }
  return changes;
}

/** The key of a batch's last row as SQL, since a JavaScript number would not hold every rowid; none for the last batch. */
function lastOfBatch(
  port: SqlPort,
  table: string,
  key: readonly string[],
  { after, batchSize }: { readonly after: string | undefined; readonly batchSize: number },
): string | undefined {
  const literals = key.map((column, index) => `${literalOf(column)} AS k${index}`);
  const rest = after === undefined ? '' : ` WHERE ${tuple(key)} > ${after}`;
  const [row] = port.all(
    `SELECT ${literals.join(', ')} FROM main.${quoteName(table)}${rest} ORDER BY ${key.join(', ')} LIMIT 1 OFFSET ${batchSize - 1}`,
  );
  return row === undefined ? undefined : tuple(Object.values(row).map(String));
}

/** SQL that gives a value as SQL. quote() alone would stop at a NUL in a text. */
function literalOf(column: string): string {
  const text = `'CAST(x''' || hex(${column}) || ''' AS TEXT)'`;
  return `CASE typeof(${column}) WHEN 'text' THEN ${text} ELSE quote(${column}) END`;
}

function tuple(parts: readonly string[]): string {
  return parts.length === 1 ? parts.join() : `(${parts.join(', ')})`;
}

/** What the batches are cut by, as SQL: a row whose key changes could be looked at twice, or never. */
function requireKey(port: SqlPort, table: string, set: readonly string[]): string[] {
  const identity = rowIdentity(port, table);
  const single = identity.kind === 'rowid' ? identity.alias : identity.kind === 'rowid column' ? identity.column : '';
  const key = identity.kind === 'primary key' ? identity.columns : [single];
  const moved = set.find((column) => key.some((name) => sameName(name, column)));
  if (moved === undefined) return key.map(quoteName);
  throw new DrydockError('REVISION_FAILED', {
    what: `op.updateInBatches cannot set ${moved}, by which the batches of ${table} are cut`,
    next: 'Use op.execute with one UPDATE',
  });
}

function requireSize(batchSize: number): void {
  if (Number.isSafeInteger(batchSize) && batchSize > 0) return;
  throw new DrydockError('REVISION_FAILED', { what: `a batch of ${batchSize} rows is none` });
}

function checked(expression: string): string {
  parseExpression(expression);
  return expression;
}
