import type { Statistic } from '../config/statistic.ts';
import { codeOf, DrydockError, messageOf } from '../errors.ts';
import { firstValue, NotOnlyReading, type QueryPort, type QueryRow } from '../files/query-port.ts';
import { splitStatements } from '../revisions/sql/statements.ts';
import type { StatisticValue } from './measurement.ts';

/**
 * Runs each statistic's query.
 * @throws {DrydockError} USAGE if a query is not a single SELECT, is not valid SQL, or returns a blob. SQLite's own errors
 *   about the database (busy, damaged, out of space) are thrown unchanged.
 */
export function readStatistics(
  port: QueryPort,
  statistics: readonly Pick<Statistic, 'name' | 'sql'>[],
): StatisticValue[] {
  return statistics.map((statistic) => readStatistic(port, statistic));
}

function readStatistic(port: QueryPort, { name, sql }: Pick<Statistic, 'name' | 'sql'>): StatisticValue {
  // Checked before SQLite prepares it: some pragmas take effect then, and `readonly` is true for them.
  if (!selects(sql)) throw wrongQuery(name, 'it is not a SELECT');
  // Node's driver runs the first statement and silently ignores the others.
  const statements = splitStatements(sql);
  if (statements.length > 1) throw wrongQuery(name, 'it is more than one statement');
  try {
    const [first = []]: QueryRow[] = takeFirst(port.iterate(sql));
    const value = plain(first[0], name);
    const exact = typeof value === 'string' ? exactly(port, statements[0]?.sql ?? sql, first) : undefined;
    return { name, value, ...(exact !== undefined && { exact }) };
  } catch (error) {
    if (/^no such (table|column)/.test(messageOf(error))) return { name, value: null, absent: messageOf(error) };
    if (!isFaultOfQuery(error)) throw error;
    throw wrongQuery(name, messageOf(error), error);
  }
}

function selects(sql: string): boolean {
  const afterComments = sql.replace(/^(\s+|--[^\n]*(\n|$)|\/\*[\s\S]*?\*\/)*/, '');
  return /^(select|with|values)\b/i.test(afterComments);
}

/** True for SQLite's general error (syntax, unknown function, overflow) and for better-sqlite3's refusals. */
function isFaultOfQuery(error: unknown): boolean {
  return (
    error instanceof RangeError ||
    error instanceof NotOnlyReading ||
    /^SQLITE_(ERROR|MISMATCH|TOOBIG|AUTH)/.test(codeOf(error))
  );
}

/** What tells a value from others that have the same text. */
function exactly(port: QueryPort, sql: string, row: QueryRow): string | undefined {
  const [value] = row;
  if (typeof value !== 'string') return 'number';
  // The drivers put this in the place of every byte that is not UTF-8.
  if (!value.includes('\uFFFD')) return undefined;
  const columns = row.map((_, at) => `c${at}`).join(', ');
  return String(firstValue(port, `WITH read (${columns}) AS (${sql}) SELECT hex(CAST(c0 AS BLOB)) FROM read`));
}

function takeFirst<T>(items: Iterable<T>): T[] {
  for (const item of items) return [item];
  return [];
}

/** Converts a value to one that survives JSON. */
function plain(value: unknown, name: string): string | number | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  throw wrongQuery(name, 'its value is a blob, which cannot be shown or compared');
}

function wrongQuery(name: string, why: string, cause?: unknown): DrydockError {
  const next = 'Write one SELECT that returns one number or text, under statistics in the config';
  return new DrydockError('USAGE', { what: `the statistic '${name}' cannot be read: ${why}`, next, cause });
}
