/** What SQLite's own checks say of a file: its damage, and what is wrong in it but no damage. */
import { DrydockError, isDamage, messageOf } from '../errors.ts';
import { firstValue, type QueryPort } from '../files/query-port.ts';
import type { BrokenConstraint } from './measurement.ts';

const maxProblems = 100;

/**
 * How the findings begin that are no damage, in the words of SQLite's source: rows that break a constraint, which were there
 * before, since it lets none in. https://sqlite.org/pragma.html#pragma_integrity_check
 */
export const brokenConstraints: readonly string[] = [
  'CHECK constraint failed in ',
  ...['NULL', 'NUMERIC', 'TEXT', 'non-ANY', 'non-BLOB', 'non-INT', 'non-INTEGER', 'non-REAL', 'non-TEXT'].map(
    (type) => `${type} value in `,
  ),
];

/** FTS4 compares also an index with rows that are another table's, which who writes them may leave behind. FTS5 does not. */
const mismatchedIndex = 'malformed inverted index for FTS4 table main.';

/**
 * SQL of whether a finding is of a full-text index that lags behind the table or view with its rows: it has no table of them,
 * which for FTS4 is `<name>_content`. https://sqlite.org/fts3.html#_external_content_fts4_tables_
 * @param finding As SQL.
 */
export function isLaggingIndex(finding: string): string {
  const own = "SELECT 1 FROM main.sqlite_schema WHERE name = f.name || '_content' COLLATE NOCASE";
  return `EXISTS (SELECT 1 FROM main.sqlite_schema AS f WHERE ${finding} = '${mismatchedIndex}' || f.name AND NOT EXISTS (${own}))`;
}

interface Found {
  /** 100 lines at most. Empty: sound. */
  readonly damage: readonly string[];
  readonly brokenConstraints: readonly BrokenConstraint[];
}

/**
 * What SQLite finds when it reads all of the file. A connection that is read-only sees no broken CHECK: SQLite leaves them out
 * of the schema that it reads there.
 */
export function checkIntegrity(port: QueryPort): Found {
  return check(port, 'integrity_check');
}

/** The same without comparing indexes with their tables: several times as fast, and it finds less. */
export function quickCheck(port: QueryPort): Found {
  return check(port, 'quick_check');
}

/**
 * SQLite stops after so many findings, and tells of rows only once the trees are through. Where rows that break a constraint
 * were all that it told, it is asked again for everything: there may be damage behind them.
 */
function check(port: QueryPort, pragma: string): Found {
  const first = readFindings(port, `PRAGMA main.${pragma}(${maxProblems})`);
  // To SQLite a read that the disk failed is damage, and it is gone when it is looked at again.
  if (first.brokeOff && readFindings(port, `PRAGMA main.${pragma}(1)`).damage.length === 0)
    throw unreadable(`${first.damage.at(-1)}, and whole at a second look`);
  if (first.damage.length > 0 || first.told < maxProblems) return first;
  return readFindings(port, `PRAGMA main.${pragma}(2147483647)`);
}

/** Reads a check's lines. Damage that stops the check itself is the last of its findings. */
function readFindings(port: QueryPort, pragma: string): Found & { readonly told: number; readonly brokeOff: boolean } {
  const damage: string[] = [];
  const broken = new Map<string, number>();
  let told = 0;
  let brokeOff = false;
  try {
    for (const [finding] of port.iterate(pragma)) {
      const lines = String(finding).split('\n').filter(isFinding);
      told += lines.length;
      const unread = lines.find(isUnread);
      if (unread !== undefined) throw unreadable(unread);
      for (const line of lines) {
        if (isBrokenConstraint(port, line)) broken.set(line, (broken.get(line) ?? 0) + 1);
        else damage.push(line);
      }
      if (damage.length >= maxProblems) break;
    }
  } catch (error) {
    if (!isDamage(error)) throw explainUnknown(port, error);
    damage.push(messageOf(error));
    brokeOff = true;
  }
  const brokenConstraints = [...broken].map(([constraint, rows]) => ({ constraint, rows }));
  return { damage: damage.slice(0, maxProblems), brokenConstraints, told, brokeOff };
}

/** A page that the disk did not give; 10 is SQLITE_IOERR, in the low byte of its extended codes. */
function isUnread(finding: string): boolean {
  const code = /unable to get the page\. error code=(\d+)/.exec(finding)?.[1];
  return code !== undefined && (Number(code) & 0xff) === 10;
}

function unreadable(why: string): Error {
  return Object.assign(new Error(`the disk failed to read the database: ${why}`), { code: 'SQLITE_IOERR_READ' });
}

function isBrokenConstraint(port: QueryPort, finding: string): boolean {
  if (brokenConstraints.some((beginning) => finding.startsWith(beginning))) return true;
  if (!finding.startsWith(mismatchedIndex)) return false;
  return firstValue(port, `SELECT ${isLaggingIndex(`'${finding.replaceAll("'", "''")}'`)}`) === 1n;
}

/** @returns The DrydockError for what only the application knows; else the error itself. */
function explainUnknown(port: QueryPort, error: unknown): unknown {
  const unknown = unknownOf(port, messageOf(error));
  if (unknown === undefined) return error;
  return new DrydockError('PREFLIGHT', {
    what: `${unknown}, so that nobody else can check the database`,
    state: 'Nothing was changed',
    next: "Let the application's own program drop it, migrate, and make it again there",
    cause: error,
  });
}

function unknownOf(port: QueryPort, message: string): string | undefined {
  if (/^(?:no such collation sequence|unknown function): /.test(message))
    return `An index or a CHECK uses what only the application defines (${message})`;
  if (message.startsWith('unknown tokenizer: '))
    return `A full-text index uses what only the application defines (${message})`;
  // All that FTS5 says of a tokenizer that it does not know.
  if (message !== 'SQL logic error') return undefined;
  const tables = [...port.iterate("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'virtual'")];
  const closed = tables.map(([name]) => String(name)).filter((name) => isClosed(port, name));
  return closed.length === 0
    ? undefined
    : `The virtual table ${closed.join(', ')} uses what only the application defines, such as a tokenizer`;
}

/** Whether SQLite cannot open a virtual table to check it. */
function isClosed(port: QueryPort, table: string): boolean {
  try {
    for (const _ of port.iterate(`PRAGMA main.integrity_check("${table.replaceAll('"', '""')}")`)) break;
    return false;
  } catch (error) {
    if (messageOf(error) !== 'SQL logic error') throw error;
    return true;
  }
}

/** A heading is no finding, and would be the one that an error quotes. */
function isFinding(line: string): boolean {
  return line !== 'ok' && !/^\*{3} in database /.test(line);
}
