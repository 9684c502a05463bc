/** Everything that a database holds, as text: two databases are the same when their dumps are. */
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import Database from 'better-sqlite3';

/** Written by Drydock about its own runs; left out where the users' content is compared. */
const bookkeeping = ['alembic_version', 'drydock_history'];

/** Schema and every row of every table, rowids included, of a copy of what a fresh connection sees. */
export function dump(path: string): string {
  return read(path, (table) => !bookkeeping.includes(table));
}

/** The same with alembic_version, and without the history. */
export function dumpWithVersion(path: string): string {
  return read(path, (table) => table !== 'drydock_history');
}

/** What a dead run left, with alembic_version. */
export function contentAsLeft(path: string): string {
  return asLeft(path, dumpWithVersion);
}

/** Looks at what a dead run left without touching it: SQLite rolls back in a copy. */
export function asLeft<T>(path: string, look: (copy: string) => T): T {
  const folder = mkdtempSync(`${path}.as-left-`);
  try {
    for (const suffix of ['', '-journal', '-wal'])
      if (existsSync(`${path}${suffix}`)) copyFileSync(`${path}${suffix}`, join(folder, basename(path) + suffix));
    return look(join(folder, basename(path)));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function read(path: string, include: (table: string) => boolean): string {
  const db = new Database(path, { fileMustExist: true, timeout: 5000 });
  try {
    db.exec('BEGIN');
    const schema = db
      .prepare<[], { type: string; name: string; tbl_name: string; sql: string | null }>(
        'SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name',
      )
      .all()
      .filter(({ tbl_name }) => include(tbl_name));
    const tables = schema.filter(({ type }) => type === 'table').map(({ name }) => name);
    const rows = tables.flatMap((table) => [`-- ${table}`, ...rowsOf(db, table)]);
    return [...schema.map((row) => JSON.stringify(row)), ...rows].join('\n');
  } finally {
    db.close();
  }
}

function rowsOf(db: Database.Database, table: string): string[] {
  const quoted = `"${table.replaceAll('"', '""')}"`;
  const withoutRowid = db
    .prepare('SELECT wr FROM pragma_table_list WHERE schema = ? AND name = ?')
    .pluck()
    .get('main', table);
  const columns = withoutRowid === 1 ? '*' : 'rowid, *';
  return db
    .prepare(`SELECT ${columns} FROM ${quoted}`)
    .raw()
    .safeIntegers()
    .all()
    .map((row) => JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? `${value}n` : value)))
    .sort();
}

/** What alembic_version says, sorted. */
export function versions(path: string): string[] {
  const db = new Database(path, { fileMustExist: true, readonly: true, timeout: 5000 });
  try {
    return db.prepare<[], string>('SELECT version_num FROM alembic_version ORDER BY 1').pluck().all();
  } finally {
    db.close();
  }
}

/** 'ok', or what integrity_check found. */
export function integrity(path: string): string {
  const db = new Database(path, { fileMustExist: true, timeout: 5000 });
  try {
    return String(db.pragma('integrity_check', { simple: true }));
  } finally {
    db.close();
  }
}
