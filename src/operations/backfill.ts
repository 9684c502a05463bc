import { DrydockError } from '../errors.ts';
import { parseExpression, tablesIn } from '../schema/edit/edit-expression.ts';
import { includesName, rowidNames, sameName } from '../schema/names.ts';
import { quoteName } from '../schema/quote.ts';
import { numberFrom, requireTable, tableColumns } from './lookups.ts';
import { rowIdentity } from './row-identity.ts';
import type { SqlPort } from './sql-port.ts';

export interface BatchedUpdate {
  /** An SQL expression over the row for each column. */
  readonly set: Readonly<Record<string, string>>;
  /** SQL condition that selects the rows; all rows by default. */
  readonly where?: string;
  /** Rows to look at between two progress reports; 10,000 by default. */
  readonly batchSize?: number;
}

/** Fills large tables and reports progress. */
export interface BackfillOperations {
  /**
   * Runs an UPDATE in batches, ordered by rowid or primary key, and reports progress after each. Every row is visited
   * exactly once, and all batches belong to the run's one transaction.
   * @returns How many rows were changed.
   * @example
   * op.addColumn('people', op.column.text('domain'));
   * op.updateInBatches('people', {
   *   set: { domain: "substr(email, instr(email, '@') + 1)" },
   *   where: 'domain IS NULL',
   *   batchSize: 50_000,
   * });
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
  for (const expression of [...Object.values(set), ...(where === undefined ? [] : [where])])
    requireOthersOnly(port, table, expression);
  const conditions = where === undefined ? [] : [`(${where})`];
  const assignments = Object.entries(set).map(([column, sql]) => `${quoteName(column)} = (${sql})`);
  if (port.later !== undefined) {
    const rows = [...conditions, 'TRUE'].join(' AND ');
    port.run(`UPDATE main.${quoteName(table)} SET ${assignments.join(', ')} WHERE ${rows}`);
    return new UnknownCount(table) as unknown as number;
  }
  const total = numberFrom(port, `SELECT count(*) FROM main.${quoteName(table)}`);
  // The upper bound is fixed here, so rows that triggers or conflicts add or remove meanwhile neither move it nor cause rows
  // to be skipped.
  const end = keyAsSql(port, table, key, 'TRUE', 'DESC', 0);
  if (end === undefined) return 0;
  let changes = 0;
  let after: string | undefined;
  for (let done = batchSize; ; done += batchSize) {
    const rest =
      after === undefined ? `${tuple(key)} <= ${end}` : `${tuple(key)} > ${after} AND ${tuple(key)} <= ${end}`;
    const last = keyAsSql(port, table, key, rest, 'ASC', batchSize - 1);
    const rows = [...conditions, rest, ...(last === undefined ? [] : [`${tuple(key)} <= ${last}`])].join(' AND ');
    changes += port.run(`UPDATE main.${quoteName(table)} SET ${assignments.join(', ')} WHERE ${rows}`).changes;
    port.progress?.(`backfill of ${table}`, Math.min(done, total), total);
    if (last === undefined) return changes;
    after = last;
  }
}

/** A count that is known only when the script runs: a revision may ignore it, but not use it. */
class UnknownCount {
  readonly #table: string;

  constructor(table: string) {
    this.#table = table;
  }

  [Symbol.toPrimitive](): never {
    throw new DrydockError('REVISION_FAILED', {
      what: `the revision uses the number of rows that op.updateInBatches of ${this.#table} changes, which is unknown while a script is written`,
      next: 'Run it online, without --sql; or do not use the number',
    });
  }
}

/** The key of a row as SQL, because a JavaScript number cannot hold every rowid; undefined if there are fewer rows. */
function keyAsSql(
  port: SqlPort,
  table: string,
  key: readonly string[],
  rows: string,
  order: 'ASC' | 'DESC',
  offset: number,
): string | undefined {
  const literals = key.map((column, index) => `${literalOf(column)} AS k${index}`);
  // Qualified with the table's name; otherwise ORDER BY would take k0 for the literal even if a column has that name.
  const by = key.map((column) => `${quoteName(table)}.${column} ${order}`);
  const [row] = port.all(
    `SELECT ${literals.join(', ')} FROM main.${quoteName(table)} WHERE ${rows} ORDER BY ${by.join(', ')} LIMIT 1 OFFSET ${offset}`,
  );
  return row === undefined ? undefined : tuple(Object.values(row).map(String));
}

/** SQL that renders a value as SQL. quote() alone would stop at a NUL in a text. */
function literalOf(column: string): string {
  const text = `'CAST(x''' || hex(${column}) || ''' AS TEXT)'`;
  return `CASE typeof(${column}) WHEN 'text' THEN ${text} ELSE quote(${column}) END`;
}

function tuple(parts: readonly string[]): string {
  return parts.length === 1 ? parts.join() : `(${parts.join(', ')})`;
}

/** The columns that batches are cut by, as SQL. Setting one of them is refused: its row could be visited twice, or never. */
function requireKey(port: SqlPort, table: string, set: readonly string[]): string[] {
  const identity = rowIdentity(port, table);
  const single = identity.kind === 'rowid' ? identity.alias : identity.kind === 'rowid column' ? identity.column : '';
  const key = identity.kind === 'primary key' ? identity.columns : [single];
  const columns = tableColumns(port, table).map(({ name }) => name);
  const names =
    identity.kind === 'primary key' ? key : [...key, ...rowidNames.filter((name) => !includesName(columns, name))];
  const moved = set.find((column) => includesName(names, column));
  if (moved === undefined) return key.map(quoteName);
  throw new DrydockError('REVISION_FAILED', {
    what: `op.updateInBatches cannot set ${moved}, the key that divides ${table} into batches`,
    next: 'Use op.execute with one UPDATE',
  });
}

function requireSize(batchSize: number): void {
  if (Number.isSafeInteger(batchSize) && batchSize > 0) return;
  throw new DrydockError('REVISION_FAILED', {
    what: `the batchSize of op.updateInBatches must be a positive integer, and is ${batchSize}`,
  });
}

/** A single UPDATE sees its table unchanged; a batch would see the results of the batches before it, also through a view. */
function requireOthersOnly(port: SqlPort, table: string, expression: string): void {
  const read = tablesIn(parseExpression(expression));
  if (read.length === 0) return;
  const views = port.all("SELECT name FROM main.sqlite_schema WHERE type = 'view'").map(({ name }) => String(name));
  const changing = read.find((name) => [table, ...views].some((other) => sameName(name, other)));
  if (changing === undefined) return;
  throw new DrydockError('REVISION_FAILED', {
    what: `op.updateInBatches of ${table} reads ${changing} (${expression}), which ${sameName(changing, table) ? 'changes' : 'may change'} with each batch`,
    next: 'Use op.execute with one UPDATE',
  });
}
