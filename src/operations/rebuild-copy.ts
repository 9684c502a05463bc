import { DrydockError } from '../errors.ts';
import { describeNumber, plural } from '../format.ts';
import { anyOf, everyOf } from '../schema/conditions.ts';
import { quoteName } from '../schema/quote.ts';
import { requireFit } from './constraint-errors.ts';
import type { StoredColumn } from './lookups.ts';
import { numberFrom, tableColumns } from './lookups.ts';
import type { RowIdentity } from './row-identity.ts';
import { rowIdentity } from './row-identity.ts';
import type { RowCondition, SqlPort } from './sql-port.ts';
import type { TablePlan } from './table-plan.ts';
import { sourceOf, valuesOf } from './table-plan.ts';

/** The new table under its final name, and the old one under its temporary name. */
export interface RebuiltTable {
  readonly table: string;
  readonly aside: string;
  readonly plan: TablePlan;
}

/** What is copied where, and how to find the new row of an old one, all as SQL. */
export interface CopyMapping {
  readonly targets: readonly string[];
  readonly sources: readonly string[];
  /** For each part of the new row's key, the SQL of that part in the new row and in the old one. */
  readonly key: readonly { readonly fresh: string; readonly stale: string }[];
  /** SQL for the old row's rowid, if it has one. */
  readonly rowid: string | undefined;
  /** The column that becomes the rowid of the new rows, and the SQL of its value, unless that is simply the old rowid. */
  readonly newRowid: { readonly column: string; readonly stale: string } | undefined;
  readonly columnsBefore: readonly StoredColumn[];
  readonly columnsAfter: readonly StoredColumn[];
}

/** Keeps rowids even if no column holds them: full-text indexes and external references find rows by them. */
export function copyMapping(port: SqlPort, { table, aside, plan }: RebuiltTable): CopyMapping {
  const columnsAfter = tableColumns(port, table);
  assertPlanned(plan, columnsAfter);
  const copied = columnsAfter
    .filter((column) => !column.generated)
    .map(({ name }) => ({ fresh: quoteName(name), stale: sourceOf(plan, name) }))
    .filter((pair): pair is { fresh: string; stale: string } => pair.stale !== undefined);
  const [identity, identityBefore] = [rowIdentity(port, table), rowIdentity(port, aside)];
  const key = keyMapping(identity, identityBefore, plan);
  const rowids = key.filter(({ fresh }) => !copied.some((pair) => pair.fresh === fresh));
  const pairs = [...rowids, ...copied];
  return {
    targets: pairs.map(({ fresh }) => fresh),
    sources: pairs.map(({ stale }) => stale),
    key,
    rowid: rowidOf(identityBefore),
    newRowid: newRowid(identity, identityBefore, key),
    columnsBefore: tableColumns(port, aside),
    columnsAfter,
  };
}

export function copyRows(
  port: SqlPort,
  { table, aside }: RebuiltTable,
  { targets, sources, rowid }: CopyMapping,
): void {
  // OR ABORT overrides the table's own ON CONFLICT clauses, which could skip, replace or roll back.
  const insert = (into: string) => `INSERT OR ABORT INTO ${into} (${targets.join(', ')})`;
  // Aliased to the table's own name, which an expression of the revision may use.
  const from = `FROM main.${quoteName(aside)} AS ${quoteName(table)}`;
  const copy = () => {
    if (sources.length <= mostResults || rowid === undefined) {
      port.run(`${insert(`main.${quoteName(table)}`)} SELECT ${sources.join(', ')} ${from}`);
      return;
    }
    // The rowid is one result too many, which only VALUES takes: row by row, in a trigger.
    const values = sources.map((source) => `(SELECT ${source} ${from} WHERE ${rowid} = new.copied)`);
    port.run(`CREATE TEMP VIEW drydock_copy AS SELECT ${rowid} AS copied ${from}`);
    port.run(
      `CREATE TEMP TRIGGER drydock_copies INSTEAD OF INSERT ON drydock_copy BEGIN ${insert(quoteName(table))} VALUES (${values.join(', ')}); END`,
    );
    port.run('INSERT INTO drydock_copy SELECT copied FROM drydock_copy ORDER BY copied');
    port.run('DROP VIEW temp.drydock_copy');
  };
  requireFit(table, 'the new definition', copy);
}

/** SQLITE_MAX_COLUMN, for the columns of a table and the results of a query alike. https://sqlite.org/limits.html */
const mostResults = 2000;

function keyMapping(fresh: RowIdentity, stale: RowIdentity, plan: TablePlan): CopyMapping['key'] {
  const staleRowid = rowidOf(stale);
  if (fresh.kind === 'rowid') return [{ fresh: fresh.alias, stale: requireRowid(staleRowid) }];
  const columns = fresh.kind === 'rowid column' ? [fresh.column] : fresh.columns;
  return columns.map((name) => ({
    fresh: quoteName(name),
    // A new INTEGER PRIMARY KEY takes over the rowids, since it is an alias for them.
    stale: sourceOf(plan, name) ?? requireRowid(staleRowid),
  }));
}

function newRowid(fresh: RowIdentity, stale: RowIdentity, [key]: CopyMapping['key']): CopyMapping['newRowid'] {
  if (fresh.kind !== 'rowid column' || key === undefined || key.stale === rowidOf(stale)) return undefined;
  return { column: fresh.column, stale: key.stale };
}

function rowidOf(identity: RowIdentity): string | undefined {
  if (identity.kind === 'rowid') return identity.alias;
  return identity.kind === 'rowid column' ? quoteName(identity.column) : undefined;
}

function requireRowid(rowid: string | undefined): string {
  if (rowid !== undefined) return rowid;
  throw new DrydockError('REVISION_FAILED', { what: 'the rows of a WITHOUT ROWID table cannot get a new key' });
}

/** Compares the parser's reading of the new text with SQLite's. */
function assertPlanned({ table }: TablePlan, columns: readonly StoredColumn[]): void {
  const same =
    table.columns.length === columns.length && table.columns.every(({ name }, at) => name === columns[at]?.name);
  if (same) return;
  throw new DrydockError('REVISION_FAILED', {
    what: `Drydock and SQLite read the new CREATE TABLE differently: ${JSON.stringify(columns)}`,
  });
}

/**
 * Checks that every row was copied and that every value that should stay is identical to the bit, or would be under its old
 * type again, as 5 that became 5.0. A new affinity silently converts what it can: '007' becomes 7.
 * https://sqlite.org/datatype3.html#type_affinity
 * @throws {DrydockError} With the number of values that would change, and three of them.
 */
export function assertSameRows(port: SqlPort, rebuilt: RebuiltTable, mapping: CopyMapping): void {
  const { table, aside } = rebuilt;
  if (port.later !== undefined) {
    for (const condition of sameRowConditions(rebuilt, mapping)) port.later(condition);
    return;
  }
  const copied = numberFrom(port, `SELECT count(*) FROM main.${quoteName(table)}`);
  const expected = numberFrom(port, `SELECT count(*) FROM main.${quoteName(aside)}`);
  if (copied !== expected) {
    throw new DrydockError('REVISION_FAILED', {
      what: `the rebuild of ${table} copied ${describeNumber(copied)} of ${plural(expected, 'row')}`,
    });
  }
  const unnumbered = rowsWithoutRowid(rebuilt, mapping);
  const nulls = unnumbered === undefined ? 0 : numberFrom(port, `SELECT count(*) ${unnumbered.found}`);
  if (unnumbered !== undefined && nulls > 0) {
    throw new DrydockError('REVISION_FAILED', {
      what: `${plural(nulls, 'row')} ${unnumbered.problem}`,
      next: 'Fill them in the revision first, or use a `using` that returns a number for each row',
    });
  }
  const found = changedValues(port, rebuilt, mapping).find(({ changed }) => changed > 0);
  if (found !== undefined) throw wouldChange(port, rebuilt, mapping, found, found.changed);
}

function wouldChange(
  port: SqlPort,
  rebuilt: RebuiltTable,
  mapping: CopyMapping,
  pair: ComparedColumn,
  count: number,
): DrydockError {
  const { name, type, generated } = pair.column;
  const because = pair.before.type === type ? 'in the copy' : `if its type became ${type}`;
  const rows = `${pairedRows(rebuilt, mapping, [pair])} WHERE ${changes(mapping, pair, 0)}`;
  const examples = port
    .all(`SELECT DISTINCT quote(stale.v0) AS old, quote(fresh.${quoteName(name)}) AS new FROM ${rows} LIMIT 3`)
    .map((row) => `${shortened(row['old'])} to ${shortened(row['new'])}`);
  const using = JSON.stringify({ type, using: quoteName(name) });
  return new DrydockError('REVISION_FAILED', {
    what: `${plural(count, 'value')} of ${rebuilt.table}.${name} would change ${because}: ${examples.join(', ')}`,
    next: generated
      ? 'It follows from another column: give that one a `using`, or drop this column first and add it again afterwards'
      : `To accept that, pass ${using}; to convert them in another way, pass another expression as \`using\``,
  });
}

function shortened(value: unknown): string {
  const [text, most] = [String(value), 60];
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

/** SQL for the rows whose rowid would be NULL: SQLite copies them anyway, with a number of its own choice. */
function rowsWithoutRowid({ table, aside }: RebuiltTable, { newRowid: rowid }: CopyMapping) {
  if (rowid === undefined) return undefined;
  return {
    found: `FROM main.${quoteName(aside)} AS ${quoteName(table)} WHERE ${rowid.stale} IS NULL`,
    problem: `of ${table} would have NULL in ${rowid.column}, which is the rowid, and SQLite would pick a number for each`,
  };
}

/** The checks of {@link assertSameRows}, as conditions for a script. */
function sameRowConditions(rebuilt: RebuiltTable, mapping: CopyMapping): RowCondition[] {
  const { table, aside } = rebuilt;
  const rowsOf = (name: string) => `(SELECT count(*) FROM main.${quoteName(name)})`;
  // The same type means the same affinity, so nothing is converted.
  const compared = comparedColumns(rebuilt.plan, mapping).filter(({ column, before }) => column.type !== before.type);
  const unnumbered = rowsWithoutRowid(rebuilt, mapping);
  const problem = `values of ${table} would change with their types, and no \`using\` says how`;
  return [
    { holds: `${rowsOf(table)} = ${rowsOf(aside)}`, problem: `the rebuild of ${table} did not copy every row` },
    ...(unnumbered === undefined
      ? []
      : [{ holds: `NOT EXISTS (SELECT 1 ${unnumbered.found})`, problem: `rows ${unnumbered.problem}` }]),
    ...inParts(compared).map((part) => {
      const changed = part.map((pair, index) => changes(mapping, pair, index));
      return {
        holds: `NOT EXISTS (SELECT 1 FROM ${pairedRows(rebuilt, mapping, part)} WHERE ${anyOf(changed)})`,
        problem,
      };
    }),
  ];
}

function changedValues(port: SqlPort, rebuilt: RebuiltTable, mapping: CopyMapping) {
  return inParts(comparedColumns(rebuilt.plan, mapping)).flatMap((compared) => {
    const counts = compared.map(
      (pair, index) => `count(*) FILTER (WHERE ${changes(mapping, pair, index)}) AS n${index}`,
    );
    const [row] = port.all(`SELECT ${counts.join(', ')} FROM ${pairedRows(rebuilt, mapping, compared)}`);
    return compared.map((pair, index) => ({ ...pair, changed: Number(row?.[`n${index}`]) }));
  });
}

/** One query cannot compare as many columns as a table can have. https://sqlite.org/limits.html */
function inParts<T>(columns: readonly T[]): T[][] {
  const most = 500;
  return Array.from({ length: Math.ceil(columns.length / most) }, (_, part) =>
    columns.slice(part * most, (part + 1) * most),
  );
}

/** SQL for whether the new row has a different value that the old type would not turn into the old one again. */
function changes(mapping: CopyMapping, { column: { name, type }, before }: ComparedColumn, index: number): string {
  const found = `fresh.${mapping.key[0]?.fresh} IS NOT NULL`;
  const [fresh, stale] = [`fresh.${quoteName(name)}`, `stale.v${index}`];
  const differs = (value: string) => `${value} IS NOT ${stale} COLLATE BINARY OR typeof(${value}) <> typeof(${stale})`;
  const affinity = type === before.type ? undefined : affinityOf(before.type);
  const lost = affinity === undefined ? '' : ` AND (${differs(underAffinity(fresh, affinity))})`;
  // If the row is not found, its key changed; its other values cannot be compared.
  const isKey = mapping.key.some((part) => part.fresh === quoteName(name));
  return `${found} AND (${differs(fresh)})${lost}${isKey ? ` OR NOT (${found})` : ''}`;
}

/** SQL for what a column of this affinity makes of a value. A CAST to INTEGER would cut 1.5, and one to NUMERIC leave 5.0. */
function underAffinity(value: string, affinity: string): string {
  if (affinity === 'TEXT' || affinity === 'REAL') return `CAST(${value} AS ${affinity})`;
  const whole = `CAST(${value} AS INTEGER)`;
  return `CASE WHEN ${whole} = ${value} THEN ${whole} ELSE CAST(${value} AS NUMERIC) END`;
}

/** The affinity that a declared type gives; undefined if it leaves values alone. https://sqlite.org/datatype3.html */
function affinityOf(type: string): string | undefined {
  if (/INT/i.test(type)) return 'INTEGER';
  if (/CHAR|CLOB|TEXT/i.test(type)) return 'TEXT';
  // ANY leaves them alone in a STRICT table only, and is hardly used in others.
  if (type === '' || /BLOB|^ANY$/i.test(type)) return undefined;
  return /REAL|FLOA|DOUB/i.test(type) ? 'REAL' : 'NUMERIC';
}

/** SQL that pairs each old row with its new one. */
function pairedRows({ table, aside }: RebuiltTable, mapping: CopyMapping, compared: readonly ComparedColumn[]): string {
  // In a subquery, so that an expression of the revision can only refer to the old row. Its columns get plain names: SQLite
  // takes a column "true" that comes out of a subquery for the constant.
  const keys = mapping.key.map(({ stale }, index) => `${stale} AS k${index}`);
  const values = compared.map(({ column: { name } }, index) => `${quoteName(table)}.${quoteName(name)} AS v${index}`);
  const old = `(SELECT ${[...keys, ...values].join(', ')} FROM main.${quoteName(aside)} AS ${quoteName(table)})`;
  const sameRow = mapping.key.map(({ fresh }, index) => `fresh.${fresh} = stale.k${index}`);
  return `${old} AS stale LEFT JOIN main.${quoteName(table)} AS fresh ON ${everyOf(sameRow)}`;
}

interface ComparedColumn {
  readonly column: StoredColumn;
  readonly before: StoredColumn;
}

/**
 * The columns whose values must stay. A generated column is skipped if any column is converted, since it may depend on it.
 */
function comparedColumns(plan: TablePlan, { columnsBefore, columnsAfter }: CopyMapping): ComparedColumn[] {
  const stays = ({ name }: StoredColumn) => columnsBefore.some((before) => before.name === name);
  const converts = columnsAfter.some((column) => stays(column) && valuesOf(plan, column.name) !== undefined);
  return columnsAfter.flatMap((column) => {
    const before = columnsBefore.find(({ name }) => name === column.name);
    const isNew = before === undefined || valuesOf(plan, column.name) !== undefined;
    return isNew || (column.generated && converts) ? [] : [{ column, before }];
  });
}
