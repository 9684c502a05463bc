/** Which tables and views hold user data: not those of SQLite, Drydock, Alembic or other tools. */
import { foldName, includesName } from './names.ts';
import { canonicalTokens, unquoted } from './normalise/normalise.ts';
import type { Schema } from './normalised.ts';
import { bookkeeping, type SchemaRow, type StoredSchema, schemaOf } from './read-schema.ts';

/** SQLite's own, Litestream's and Cloudflare D1's. */
const prefixesOfTools: readonly string[] = ['sqlite_', '_litestream_', '_cf_'];

/** Tables in which other migration tools keep their history and locks, folded. */
const historyTables: ReadonlySet<string> = new Set([
  '__diesel_schema_migrations',
  '__drizzle_migrations',
  '__efmigrationshistory',
  '__efmigrationslock',
  '_prisma_migrations',
  '_sqlite_migrations',
  '_sqlx_migrations',
  '_yoyo_log',
  '_yoyo_migration',
  '_yoyo_version',
  'yoyo_lock',
  'ar_internal_metadata',
  'atlas_schema_revisions',
  'd1_migrations',
  'databasechangelog',
  'databasechangeloglock',
  'django_migrations',
  'flyway_schema_history',
  'goose_db_version',
  'gorp_migrations',
  'grdb_migrations',
  'knex_migrations',
  'knex_migrations_lock',
  'kysely_migration',
  'kysely_migration_lock',
  'mikro_orm_migrations',
  'refinery_schema_history',
  'room_master_table',
  'sequelizedata',
  'sequelizemeta',
]);

/** The same, under names that users also give to their own tables: only with exactly these columns. */
const historyShapes: Readonly<Record<string, readonly string[]>> = {
  _migrations: ['file applied'],
  migrations: [
    'id timestamp name',
    'id migration batch',
    'id migration batch migrated_at',
    'id name up down',
    'id name run_on',
  ],
  schema_migrations: ['version', 'version dirty', 'version inserted_at'],
  schemaversion: ['version name md5 run_at'],
};

/** A table (also a virtual one) or a view. */
export interface UsersTable {
  readonly name: string;
  readonly type: 'table' | 'view';
}

/** @param ignored Names; a trailing `*` matches any suffix. */
export function usersTables({ rows, facts }: StoredSchema, ignored: readonly string[]): UsersTable[] {
  const shadows = new Set(facts.shadowTables.map(foldName));
  return rows.flatMap(({ type, name }) => {
    if ((type !== 'table' && type !== 'view') || shadows.has(foldName(name)) || isToolsName(name, ignored)) return [];
    return type === 'table' && isHistory(foldName(name), facts.columns.get(name) ?? []) ? [] : [{ name, type }];
  });
}

/**
 * Two schemas as they are compared, without the tables and views that `ignored` names, and without those of other tools that
 * only `found` has. Their indexes and triggers go with them, and the triggers of other tables that fill them.
 *
 * @param found Of a database that other programs use too. @param made Of the revisions. @param ignored As in {@link usersTables}.
 */
export function comparedParts(
  found: StoredSchema,
  made: StoredSchema,
  ignored: readonly string[],
): { readonly found: Schema; readonly made: Schema } {
  const isNamed = (name: string) => isIgnored(name, ignored);
  const tablesMade = tablesAndViews(made);
  const users = usersTables(found, ignored).map(({ name }) => name);
  const isTools = (name: string) => isNamed(name) || !(includesName(tablesMade, name) || includesName(users, name));
  const gone = [...tablesAndViews(found).filter(isTools), ...tablesMade.filter(isNamed)];
  return { found: schemaOf(without(found, gone)), made: schemaOf(without(made, gone)) };
}

function without({ rows, facts }: StoredSchema, gone: readonly string[]): StoredSchema {
  const isGone = (table: string) => includesName(gone, table);
  const stays = ({ type, tbl_name, sql }: SchemaRow) =>
    !isGone(tbl_name) && !(gone.length > 0 && type === 'trigger' && writesTo(sql).some(isGone));
  return { rows: rows.filter(stays), facts };
}

function tablesAndViews({ rows }: StoredSchema): string[] {
  return rows.filter(({ type }) => type === 'table' || type === 'view').map(({ name }) => name);
}

/** The tables that the statements of a trigger name as their own. */
function writesTo(createTrigger: string): string[] {
  const tokens = canonicalTokens(createTrigger, { names: 'folded' });
  const body = tokens.slice(tokens.indexOf('begin'));
  return body.flatMap((token, at) => {
    const written = token === 'into' || (token === 'from' && body[at - 1] === 'delete') || token === 'update';
    const [next, after] = [body[at + 1], body[at + 3]];
    const table = token === 'update' && next === 'or' ? after : next;
    return written && table !== undefined ? [unquoted(table)] : [];
  });
}

/** Decides by name alone. @param ignored As in {@link usersTables}. */
export function isToolsName(name: string, ignored: readonly string[]): boolean {
  const folded = foldName(name);
  return (
    bookkeeping.includes(folded) ||
    prefixesOfTools.some((prefix) => folded.startsWith(prefix)) ||
    isIgnored(name, ignored)
  );
}

export function isIgnored(name: string, ignored: readonly string[]): boolean {
  const folded = foldName(name);
  return ignored
    .map(foldName)
    .some((each) => (each.endsWith('*') ? folded.startsWith(each.slice(0, -1)) : each === folded));
}

function isHistory(folded: string, columns: readonly string[]): boolean {
  const shapes = Object.hasOwn(historyShapes, folded) ? historyShapes[folded] : undefined;
  return historyTables.has(folded) || shapes?.includes(columns.join(' ')) === true;
}
