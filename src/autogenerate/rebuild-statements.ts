import { foldName, includesName, rowidNames, sameName } from '../schema/names.ts';
import type { Table } from '../schema/normalised.ts';
import { quoteName, quoteText } from '../schema/quote.ts';

/** Which columns of the old table fill which columns of the new one. */
export interface Copied {
  readonly targets: readonly string[];
  readonly sources: readonly string[];
}

/**
 * The statements that rebuild a table by the steps of https://sqlite.org/lang_altertable.html, in the order that
 * `op.alterColumn` uses: the old table is renamed under legacy_alter_table, so that no reference follows it. Its indexes and
 * triggers are dropped with it; the caller creates them again.
 */
export function rebuildStatements(from: Table, to: Table, { targets, sources }: Copied): string[] {
  const [table, aside] = [quoteName(to.name), quoteName(`drydock_rebuild_${to.name}`)];
  const [name, asideName] = [quoteText(to.name), quoteText(`drydock_rebuild_${to.name}`)];
  // The counter table exists as soon as any table in the file has used AUTOINCREMENT. https://sqlite.org/autoinc.html
  const keepCounter =
    from.primaryKey?.autoincrement === true && to.primaryKey?.autoincrement === true
      ? [
          `DELETE FROM sqlite_sequence WHERE name = ${name}`,
          `UPDATE sqlite_sequence SET name = ${name} WHERE name = ${asideName}`,
        ]
      : [];
  return [
    'PRAGMA legacy_alter_table = ON',
    `ALTER TABLE ${table} RENAME TO ${aside}`,
    'PRAGMA legacy_alter_table = OFF',
    to.sql,
    // OR ABORT overrides the table's own ON CONFLICT clauses, which could skip, replace or roll back.
    `INSERT OR ABORT INTO ${table} (${targets.join(', ')}) SELECT ${sources.join(', ')} FROM ${aside}`,
    ...keepCounter,
    `DROP TABLE ${aside}`,
  ];
}

/**
 * The columns of both tables that store values in the new one, plus the rowid if it would be lost.
 * @returns undefined if the tables have nothing in common, so that no row can be copied.
 */
export function copiedColumns(from: Table, to: Table): Copied | undefined {
  const old = from.columns.map(({ name }) => name);
  const names = to.columns
    .filter(({ name, generated }) => generated === undefined && includesName(old, name))
    .map(({ name }) => quoteName(name));
  const rowid = rowidToKeep(from, to);
  const columns = rowid === undefined ? names : [rowid, ...names];
  return columns.length === 0 ? undefined : { targets: columns, sources: columns };
}

function holdsValues({ columns }: Table, name: string): boolean {
  return columns.some((column) => column.generated === undefined && sameName(column.name, name));
}

/** Rows keep the rowid by which FTS5 tables find them, unless a copied primary key already contains it. */
function rowidToKeep(from: Table, to: Table): string | undefined {
  if (from.withoutRowid || to.withoutRowid) return undefined;
  const key = to.primaryKey?.isRowid === true ? to.primaryKey.columns[0]?.name : undefined;
  if (key !== undefined && holdsValues(from, key)) return undefined;
  const taken = [...from.columns, ...to.columns].map(({ name }) => foldName(name));
  return rowidNames.find((alias) => !taken.includes(alias));
}
