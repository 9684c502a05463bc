/** What a run records about itself, as SQL of a script. */
import { historyTable, historyTableSql, versionTable, versionTableSql } from '../revisions/applied-tables.ts';
import type { Direction } from '../revisions/revision.ts';
import { quoteText } from '../schema/quote.ts';

export interface ScriptRow {
  readonly revision: string;
  readonly direction: Direction | 'stamp';
  readonly checksum: string;
  readonly result: 'done' | 'deferred';
}

/** As Alembic and a run store them: SQLite leaves IF NOT EXISTS out. */
export function createTables(): string[] {
  return [versionTableSql, historyTableSql].map((sql) => sql.replace('CREATE TABLE', 'CREATE TABLE IF NOT EXISTS'));
}

/** SQL for whether `alembic_version` holds exactly these rows. */
export function isAt(revisions: readonly string[]): string {
  const rows = `(SELECT group_concat(version_num, ' ') FROM (SELECT version_num FROM ${versionTable} ORDER BY 1))`;
  return `${rows} IS ${revisions.length === 0 ? 'NULL' : quoteText(revisions.toSorted().join(' '))}`;
}

export function moveVersion(from: readonly string[], to: readonly string[]): string[] {
  return [
    ...from
      .filter((id) => !to.includes(id))
      .map((id) => `DELETE FROM ${versionTable} WHERE version_num = ${quoteText(id)}`),
    ...to
      .filter((id) => !from.includes(id))
      .map((id) => `INSERT INTO ${versionTable} (version_num) VALUES (${quoteText(id)})`),
  ];
}

/** @param run The run id of the script, the same in all of its rows. */
export function addHistory(rows: readonly ScriptRow[], run: string, toolVersion: string): string[] {
  return rows.map(({ revision, direction, checksum, result }) => {
    const values = [run, revision, direction, checksum].map(quoteText);
    const rest = [`strftime('%Y-%m-%dT%H:%M:%fZ', 'now')`, '0', 'NULL', quoteText(toolVersion), quoteText(result)];
    const columns = 'run_id, revision, direction, checksum, started_at, duration_ms, snapshot, tool_version, result';
    return `INSERT INTO ${historyTable} (${columns}) VALUES (${[...values, ...rest].join(', ')})`;
  });
}

export function markDoneSql({ id, checksum }: { readonly id: string; readonly checksum: string }): string {
  return `UPDATE ${historyTable} SET result = 'done', checksum = ${quoteText(checksum)} WHERE revision = ${quoteText(id)} AND result = 'deferred'`;
}
