import * as z from 'zod/mini';
import { DrydockError, invariant } from '../errors.ts';

/** What these functions need from a connection. Values are bound, rows are objects by column name. */
export interface AppliedPort {
  all(sql: string, ...params: unknown[]): unknown[];
  run(sql: string, ...params: unknown[]): void;
}

type ReadPort = Pick<AppliedPort, 'all'>;

export const versionTable = 'alembic_version';
export const historyTable = 'drydock_history';

/** Exactly what Alembic's own first run stores in sqlite_schema. */
export const versionTableSql = `CREATE TABLE ${versionTable} (
\tversion_num VARCHAR(32) NOT NULL, 
\tCONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
)`;

/** Not STRICT: a SQLite older than 3.37 could no longer open the database at all. */
export const historyTableSql = `CREATE TABLE ${historyTable} (
\tid INTEGER PRIMARY KEY,
\trun_id TEXT NOT NULL,
\trevision TEXT NOT NULL,
\tdirection TEXT NOT NULL CHECK (direction IN ('up', 'down', 'stamp')),
\tchecksum TEXT NOT NULL,
\tstarted_at TEXT NOT NULL,
\tduration_ms INTEGER NOT NULL CHECK (typeof(duration_ms) = 'integer'),
\tsnapshot TEXT,
\ttool_version TEXT NOT NULL,
\tresult TEXT NOT NULL CHECK (result IN ('done', 'deferred'))
)`;

// better-sqlite3 returns integers as bigint if the connection is set to.
const integer = z.pipe(z.union([z.int(), z.bigint()]), z.transform(Number));

const nonEmpty = z.string().check(z.minLength(1));

const historyRow = z.object({
  id: integer,
  runId: nonEmpty,
  revision: nonEmpty,
  direction: z.enum(['up', 'down', 'stamp']),
  checksum: z.string().check(z.regex(/^[0-9a-f]{64}$/, 'not a sha256 in hex')),
  startedAt: z.iso.datetime(),
  durationMs: integer,
  snapshot: z.nullable(z.string()),
  toolVersion: nonEmpty,
  result: z.enum(['done', 'deferred']),
});

/** One row of `drydock_history`: one revision, run or stamped, in one run. */
export interface HistoryRow {
  readonly id: number;
  readonly runId: string;
  readonly revision: string;
  readonly direction: 'up' | 'down' | 'stamp';
  /** The revision file's checksum when it ran: see `checksum`. */
  readonly checksum: string;
  /** ISO 8601 in UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** Id of the snapshot that the run took, if any. */
  readonly snapshot: string | null;
  readonly toolVersion: string;
  /** `deferred`: runs after the commit, outside a transaction, and is not known to have finished. */
  readonly result: 'done' | 'deferred';
}

const historyColumns: Readonly<Record<keyof HistoryRow, string>> = {
  id: 'id',
  runId: 'run_id',
  revision: 'revision',
  direction: 'direction',
  checksum: 'checksum',
  startedAt: 'started_at',
  durationMs: 'duration_ms',
  snapshot: 'snapshot',
  toolVersion: 'tool_version',
  result: 'result',
};

export interface Applied {
  /** Whether `alembic_version` exists, even if it is empty. */
  readonly versioned: boolean;
  /** The ids in `alembic_version`, sorted: the heads of what is applied. */
  readonly current: string[];
  /** Every row of `drydock_history`, oldest first. */
  readonly history: HistoryRow[];
}

/**
 * Reads what the database records as applied. Writes nothing; a missing table counts as empty.
 * @throws {DrydockError} HISTORY if a table was not made by Alembic or Drydock, or holds what neither writes.
 */
export function readApplied(port: ReadPort): Applied {
  const versioned = columnsOf(port, versionTable).length > 0;
  return { versioned, current: readCurrent(port), history: readHistory(port) };
}

/** The last run that wrote to the history; null if there is none. */
export function lastRunOf(history: readonly HistoryRow[]): string | null {
  return history.at(-1)?.runId ?? null;
}

/**
 * Records the database's new revisions and what was run to get there. Creates missing tables. The caller has already begun
 * the run's transaction.
 * @param record.current The exact content for `alembic_version`. Rows that it already holds are left alone.
 * @param record.rows Appended to `drydock_history` in this order.
 * @throws {DrydockError} HISTORY as `readApplied` does.
 */
export function writeApplied(
  port: AppliedPort,
  record: { readonly current: readonly string[]; readonly rows: readonly Omit<HistoryRow, 'id'>[] },
): void {
  const before = readCurrent(port);
  if (columnsOf(port, versionTable).length === 0) port.run(versionTableSql);
  if (columnsOf(port, historyTable).length === 0) port.run(historyTableSql);
  else requireColumns(port, historyTable, Object.values(historyColumns));
  for (const id of before.filter((old) => !record.current.includes(old))) {
    port.run(`DELETE FROM ${versionTable} WHERE version_num = ?`, id);
  }
  for (const id of record.current.filter((now) => !before.includes(now))) {
    port.run(`INSERT INTO ${versionTable} (version_num) VALUES (?)`, id);
  }
  for (const row of record.rows) insertHistory(port, row);
}

/**
 * Changes the row of a revision that runs after the commit from `deferred` to `done`, with the text that was run.
 * @throws {Error} If the run has no such row: then the caller has lost track of its run.
 */
export function markDone(
  port: AppliedPort,
  runId: string,
  {
    id,
    checksum,
    startedAt,
    durationMs,
  }: Pick<HistoryRow, 'checksum' | 'startedAt' | 'durationMs'> & { readonly id: string },
): void {
  const where = `WHERE run_id = ? AND revision = ? AND result = 'deferred'`;
  const rows = port.all(`SELECT id FROM ${historyTable} ${where}`, runId, id);
  invariant(rows.length === 1, `run ${runId} has ${rows.length} deferred rows of revision ${id}, not one`);
  const now = `UPDATE ${historyTable} SET result = 'done', checksum = ?, started_at = ?, duration_ms = ? ${where}`;
  port.run(now, checksum, startedAt, durationMs, runId, id);
}

/** For a run that reuses a snapshot taken by another run. */
export function nameSnapshot(port: AppliedPort, runId: string, snapshot: string): void {
  port.run(`UPDATE ${historyTable} SET snapshot = ? WHERE run_id = ?`, snapshot, runId);
}

/** Names triggers on these tables in an error: `the trigger "a"`, `the triggers "a", "b"`. */
export function describeTriggers(triggers: readonly string[]): string {
  return `the trigger${triggers.length === 1 ? '' : 's'} ${triggers.map((name) => `"${name}"`).join(', ')}`;
}

function readCurrent(port: ReadPort): string[] {
  if (columnsOf(port, versionTable).length === 0) return [];
  requireColumns(port, versionTable, ['version_num']);
  requireNoOtherValue(port);
  const rows = port.all(`SELECT version_num FROM ${versionTable}`);
  const shape = z.object({ version_num: nonEmpty });
  const ids = rows.map((row) => parseRow(shape, row, versionTable).version_num).sort();
  const twice = ids.find((id, index) => ids[index - 1] === id);
  if (twice !== undefined) throw garbage(versionTable, `revision '${twice}' is in it twice`);
  return ids;
}

function readHistory(port: ReadPort): HistoryRow[] {
  if (columnsOf(port, historyTable).length === 0) return [];
  requireColumns(port, historyTable, Object.values(historyColumns));
  const columns = Object.entries(historyColumns).map(([key, column]) => `${column} AS ${key}`);
  const rows = port.all(`SELECT ${columns.join(', ')} FROM ${historyTable} ORDER BY id`);
  return rows.map((row) => parseRow(historyRow, row, historyTable));
}

function insertHistory(port: AppliedPort, row: Omit<HistoryRow, 'id'>): void {
  const { id: _, ...columns } = historyColumns;
  const keys = Object.keys(columns) as (keyof typeof columns)[];
  const names = keys.map((key) => columns[key]).join(', ');
  const marks = keys.map(() => '?').join(', ');
  port.run(`INSERT INTO ${historyTable} (${names}) VALUES (${marks})`, ...keys.map((key) => row[key]));
}

/** A table's column names in lower case; none if there is no such table. */
function columnsOf(port: ReadPort, table: string): string[] {
  requireTable(port, table);
  const shape = z.object({ name: z.string() });
  const rows = port.all('SELECT name FROM pragma_table_info(?)', table);
  return rows.map((row) => parseRow(shape, row, table).name.toLowerCase());
}

/** A view of that name can be read like a table, but would refuse the write at the very end of a run. */
function requireTable(port: ReadPort, table: string): void {
  const shape = z.object({ type: z.string() });
  for (const row of port.all('SELECT type FROM sqlite_schema WHERE name = ? COLLATE NOCASE', table)) {
    const { type } = parseRow(shape, row, table);
    if (type !== 'table') throw garbage(table, `it is no table, but a ${type}`);
  }
}

/** Alembic can be configured to add columns (`version_table_impl`); Drydock cannot fill one that requires a value. */
function requireNoOtherValue(port: ReadPort): void {
  const shape = z.object({ name: z.string() });
  const sql = `SELECT name FROM pragma_table_info(?)
    WHERE lower(name) <> 'version_num' AND "notnull" = 1 AND dflt_value IS NULL`;
  const [row] = port.all(sql, versionTable);
  if (row === undefined) return;
  throw garbage(
    versionTable,
    `its column ${parseRow(shape, row, versionTable).name} must be given a value, and nothing says which`,
  );
}

function requireColumns(port: ReadPort, table: string, wanted: readonly string[]): void {
  const columns = columnsOf(port, table);
  const missing = wanted.filter((column) => !columns.includes(column));
  if (missing.length > 0) throw garbage(table, `it has no column ${missing.join(', ')}`);
}

function parseRow<T extends z.ZodMiniType>(shape: T, row: unknown, table: string): z.output<T> {
  const parsed = shape.safeParse(row);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw garbage(table, `a row of it cannot be read (${problems.join('; ')})`);
}

function garbage(table: string, problem: string): DrydockError {
  return new DrydockError('HISTORY', {
    what: `The table ${table} is not what Drydock or Alembic writes: ${problem}`,
    state: 'The database is unchanged',
    next: `Look at the table (\`SELECT * FROM ${table}\`) and fix it, or restore a snapshot (\`drydock snapshot list\`), which loses what was written since`,
  });
}
