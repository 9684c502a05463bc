/** Says which rows a UNIQUE refuses: SQLite names only its columns. */
import Database from 'better-sqlite3';
import { codeOf, messageOf } from '../errors.ts';
import { plural } from '../format.ts';
import { everyOf } from '../schema/conditions.ts';
import { sameName } from '../schema/names.ts';
import { behindParentheses, itemsInParentheses, textAfter, textOf } from '../schema/normalise/normalise-parse.ts';
import { parseStmt } from '../schema/parse.ts';
import { quoteName } from '../schema/quote.ts';

const mostShown = 3;
const longestShown = 40;

interface KeyColumn {
  readonly name: string;
  readonly collation: string;
}

/**
 * The error of a statement, with the keys that are there more than once in the rows that it indexes or copies.
 * @param params With which it ran.
 */
export function withDuplicates(
  connection: Database.Database,
  sql: string,
  params: readonly unknown[],
  error: unknown,
): unknown {
  if (!/^SQLITE_CONSTRAINT_(?:UNIQUE|PRIMARYKEY|ROWID)$/.test(codeOf(error))) return error;
  const found = duplicates(connection, sql, params, messageOf(error));
  if (found === undefined) return error;
  return Object.assign(new Database.SqliteError(`${messageOf(error)}; ${found}`, codeOf(error)), { cause: error });
}

function duplicates(
  connection: Database.Database,
  sql: string,
  params: readonly unknown[],
  message: string,
): string | undefined {
  try {
    const keys = indexedKeys(sql) ?? copiedKeys(connection, sql, message);
    return keys && describeDuplicates(connection, keys, params);
  } catch {
    // The statement's own error is the one to report.
    return undefined;
  }
}

/** A query for the keys of an index that a statement makes. */
function indexedKeys(sql: string): string | undefined {
  const parsed = parseStmt(sql);
  if (parsed.status === 'error' || parsed.root.type !== 'CreateIndexStmt') return undefined;
  const { idxName, tblName } = parsed.root;
  const behind = textAfter(sql, tblName.span);
  const terms = itemsInParentheses(behind).map((term) => term.replace(/\s+(?:asc|desc)$/i, ''));
  const table = `${quoteName(idxName.dbName?.text ?? 'main')}.${quoteName(tblName.text)}`;
  return `SELECT ${terms.join(', ')} FROM ${table} ${behindParentheses(behind)}`;
}

/** The same of the rows that a statement copies into a table. */
function copiedKeys(connection: Database.Database, sql: string, message: string): string | undefined {
  const parsed = parseStmt(sql);
  if (parsed.status === 'error' || parsed.root.type !== 'InsertStmt') return undefined;
  const { body, tblName, columns: targets, with: common } = parsed.root;
  if (body.type !== 'SelectInsertBody') return undefined;
  const table = tblName.objName.text;
  const columns = connection.pragma(`main.table_xinfo(${quoteName(table)})`) as readonly {
    readonly name: string;
    readonly dflt_value: string | null;
    readonly hidden: number;
    readonly pk: number;
  }[];
  const key = [...uniqueKeys(connection, table), columns.filter(({ pk }) => pk === 1)].find((names) =>
    message.endsWith(`: ${names.map(({ name }) => `${table}.${name}`).join(', ')}`),
  );
  if (key === undefined) return undefined;
  const given =
    targets?.map(({ text }) => text) ?? columns.filter(({ hidden }) => hidden === 0).map(({ name }) => name);
  const sources = key.map((part) => {
    const at = given.findIndex((name) => sameName(name, part.name));
    // A column that is not given has its default in every row.
    const source = at === -1 ? columns.find(({ name }) => name === part.name)?.dflt_value : `c${at}`;
    return `(${source ?? 'NULL'}) COLLATE ${'collation' in part ? part.collation : 'BINARY'}`;
  });
  const rows = [common, body.select].map((part) => (part === undefined ? '' : textOf(sql, part.span))).join(' ');
  const named = given.map((_, at) => `c${at}`).join(', ');
  return `WITH drydock_rows (${named}) AS (${rows}) SELECT ${sources.join(', ')} FROM drydock_rows`;
}

function uniqueKeys(connection: Database.Database, table: string): KeyColumn[][] {
  const indexes = connection.pragma(`main.index_list(${quoteName(table)})`) as { name: string; unique: number }[];
  return indexes
    .filter(({ unique }) => unique === 1)
    .map(({ name }) => {
      const terms = connection.pragma(`main.index_xinfo(${quoteName(name)})`) as readonly {
        readonly name: string;
        readonly coll: string;
        readonly key: number;
      }[];
      return terms.filter(({ key }) => key === 1).map((term) => ({ name: term.name, collation: quoteName(term.coll) }));
    });
}

function describeDuplicates(
  connection: Database.Database,
  keys: string,
  params: readonly unknown[],
): string | undefined {
  const count = connection.prepare(keys).columns().length;
  const names = Array.from({ length: count }, (_, at) => `k${at}`);
  const shown = names.map(
    (name) => `CASE typeof(${name}) WHEN 'text' THEN substr(${name}, 1, ${longestShown + 1})
      WHEN 'blob' THEN substr(${name}, 1, ${longestShown / 2 + 1}) ELSE ${name} END`,
  );
  const found = connection
    .prepare(
      `WITH drydock_keys (${names.join(', ')}) AS (${keys}), drydock_groups AS (
         SELECT ${names.join(', ')}, count(*) AS n FROM drydock_keys
         WHERE ${everyOf(names.map((name) => `${name} IS NOT NULL`))} GROUP BY ${names.join(', ')} HAVING count(*) > 1)
       SELECT count(*) OVER (), sum(n) OVER (), n, ${shown.join(', ')} FROM drydock_groups
       ORDER BY n DESC, ${names.join(', ')} LIMIT ${mostShown}`,
    )
    .raw()
    .safeIntegers()
    .all(...params) as [bigint, bigint, bigint, ...unknown[]][];
  const [first] = found;
  if (first === undefined) return undefined;
  const [groups, rows] = [Number(first[0]), Number(first[1])];
  const examples = found.map(([, , n, ...values]) => {
    const key = values.map(literal).join(', ');
    return `${count === 1 ? key : `(${key})`} in ${plural(Number(n), 'row')}`;
  });
  const more = groups > examples.length ? ` and ${plural(groups - examples.length, 'other')}` : '';
  return `${plural(groups, 'key is', 'keys are')} there more than once, in ${plural(rows, 'row')}: ${examples.join(', ')}${more}`;
}

/** As SQL has it, without characters that a terminal obeys, and not longer than a line can bear. */
function literal(value: unknown): string {
  if (Buffer.isBuffer(value)) {
    const bytes = value.subarray(0, longestShown / 2).toString('hex');
    return `x'${bytes}${value.length > longestShown / 2 ? '…' : ''}'`;
  }
  if (typeof value !== 'string') return String(value);
  const characters = [...value];
  const text = characters
    .slice(0, longestShown)
    .join('')
    .replace(/\p{C}/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
  return `'${text.replaceAll("'", "''")}${characters.length > longestShown ? '…' : ''}'`;
}
