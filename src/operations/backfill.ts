import { DrydockError } from '../errors.ts';
import { parseExpression, tablesIn } from '../schema/edit/edit-expression.ts';
import { includesName, rowidNames, sameName } from '../schema/names.ts';
import { quoteName } from '../schema/quote.ts';
import { numberFrom, requireTable, tableColumns } from './lookups.ts';
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
  // What triggers or conflicts add and remove meanwhile moves neither where the batches end nor what they leave out.
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

/** What only the script finds out: a revision may leave it be, and not go by it. */
class UnknownCount {
  readonly #table: string;

  constructor(table: string) {
    this.#table = table;
  }

  [Symbol.toPrimitive](): never {
    throw new DrydockError('REVISION_FAILED', {
      what: `the number of rows that op.updateInBatches of ${this.#table} changes is used, and a script is written where there are none`,
      next: 'Run it online, without --sql; or leave the number out',
    });
  }
}

/** The key of a row as SQL, since a JavaScript number would not hold every rowid; none where there are not so many rows. */
function keyAsSql(
  port: SqlPort,
  table: string,
  key: readonly string[],
  rows: string,
  order: 'ASC' | 'DESC',
  offset: number,
): string | undefined {
  const literals = key.map((column, index) => `${literalOf(column)} AS k${index}`);
  // With the table's name, without which ORDER BY would take k0 for the literal even where a column is called so.
  const by = key.map((column) => `${quoteName(table)}.${column} ${order}`);
  const [row] = port.all(
    `SELECT ${literals.join(', ')} FROM main.${quoteName(table)} WHERE ${rows} ORDER BY ${by.join(', ')} LIMIT 1 OFFSET ${offset}`,
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
  const columns = tableColumns(port, table).map(({ name }) => name);
  const names =
    identity.kind === 'primary key' ? key : [...key, ...rowidNames.filter((name) => !includesName(columns, name))];
  const moved = set.find((column) => includesName(names, column));
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

/** One UPDATE sees its table as it was before; a batch would see what the batches before it made of it, also through a view. */
function requireOthersOnly(port: SqlPort, table: string, expression: string): void {
  const read = tablesIn(parseExpression(expression));
  if (read.length === 0) return;
  const views = port.all("SELECT name FROM main.sqlite_schema WHERE type = 'view'").map(({ name }) => String(name));
  const changing = read.find((name) => [table, ...views].some((other) => sameName(name, other)));
  if (changing === undefined) return;
  throw new DrydockError('REVISION_FAILED', {
    what: `op.updateInBatches of ${table} looks into ${changing} (${expression}), which ${sameName(changing, table) ? 'changes' : 'may change'} with each batch`,
    next: 'Use op.execute with one UPDATE',
  });
}
