/** The findings of SQLite's own checks: damage to the file, and violated constraints, which are no damage. */
import { DrydockError, isDamage, isMisfit, messageOf } from '../errors.ts';
import { misfit } from '../files/misfit.ts';
import { firstValue, type QueryPort } from '../files/query-port.ts';
import type { BrokenConstraint } from './measurement.ts';

const maxProblems = 100;

/**
 * How findings that are no damage begin, in the words of SQLite's source: rows that violate a constraint. They are older
 * than the constraint, since it admits none. https://sqlite.org/pragma.html#pragma_integrity_check
 */
export const brokenConstraints: readonly string[] = [
  'CHECK constraint failed in ',
  ...['NULL', 'NUMERIC', 'TEXT', 'non-ANY', 'non-BLOB', 'non-INT', 'non-INTEGER', 'non-REAL', 'non-TEXT'].map(
    (type) => `${type} value in `,
  ),
];

/** FTS4 also compares an index with the rows of another table, and the index may lag behind them. FTS5 does not. */
const mismatchedIndex = 'malformed inverted index for FTS4 table main.';

/**
 * An SQL condition: is a finding about a full-text index that lags behind an external table or view? Such an index has no
 * content table of its own, which FTS4 calls `<name>_content`. https://sqlite.org/fts3.html#_external_content_fts4_tables_
 * @param finding An SQL expression.
 */
export function isLaggingIndex(finding: string): string {
  const own = "SELECT 1 FROM main.sqlite_schema WHERE name = f.name || '_content' COLLATE NOCASE";
  return `EXISTS (SELECT 1 FROM main.sqlite_schema AS f WHERE ${finding} = '${mismatchedIndex}' || f.name AND NOT EXISTS (${own}))`;
}

interface Found {
  /** At most 100 lines. Empty: the file is sound. */
  readonly damage: readonly string[];
  readonly brokenConstraints: readonly BrokenConstraint[];
}

/**
 * Runs integrity_check, which reads the whole file. A read-only connection finds no violated CHECK: SQLite leaves CHECK
 * constraints out of the schema that it reads there.
 */
export function checkIntegrity(port: QueryPort): Found {
  return check(port, 'integrity_check');
}

/** Runs quick_check, which does not compare indexes with their tables: several times faster, but it finds less. */
export function quickCheck(port: QueryPort): Found {
  return check(port, 'quick_check');
}

/**
 * Runs integrity_check of one table, with its indexes; of a virtual table, its shadow tables are checked too. This form takes
 * no limit, and stops at 100 findings.
 * @returns What is damaged; 'undecided' if there may be more findings, or if the check broke off.
 */
export function checkTable(port: QueryPort, table: string): readonly string[] | 'undecided' {
  const { damage, told, brokeOff } = readFindings(port, checkOf(table));
  return told >= maxProblems || brokeOff ? 'undecided' : damage;
}

/**
 * SQLite stops after `maxProblems` findings, and checks rows only after the b-trees. If all of those findings are violated
 * constraints, the check is repeated without a limit: there may be damage after them.
 */
function check(port: QueryPort, pragma: string): Found {
  const first = readFindings(port, `PRAGMA main.${pragma}(${maxProblems})`);
  // SQLite also reports a failed read of the disk as damage, which is not there at a second look.
  if (first.brokeOff && readFindings(port, `PRAGMA main.${pragma}(1)`).damage.length === 0)
    throw unreadable(`${first.damage.at(-1)}, and whole at a second check`);
  if (first.damage.length > 0 || first.told < maxProblems) return first;
  return readFindings(port, `PRAGMA main.${pragma}(2147483647)`);
}

/** Reads the findings of a check. Damage that aborts the check itself is the last finding. */
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

/** True for a page that the disk failed to read; 10 is SQLITE_IOERR, the low byte of its extended codes. */
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

/** In the words of src/engine/sqlite-extensions.ts. */
const failedFunction = / of sqlite_extensions failed: /;

/** @returns A DrydockError if the schema uses something that only the application defines; otherwise the error itself. */
function explainUnknown(port: QueryPort, error: unknown): unknown {
  const message = messageOf(error);
  if (isMisfit(message)) return misfit(error);
  const failed = failedFunction.test(message) ? `An index or a CHECK cannot be computed (${message})` : undefined;
  const what = failed ?? unknownOf(port, message);
  if (what === undefined) return error;
  return new DrydockError('PREFLIGHT', {
    what: `${what}, so Drydock cannot check the database`,
    state: 'Nothing was changed',
    next:
      failed === undefined
        ? 'Name the module or extension that defines it under sqlite_extensions in the config, and run again'
        : 'Correct the function for the values that the database has, and run again',
    cause: error,
  });
}

function unknownOf(port: QueryPort, message: string): string | undefined {
  if (/^(?:no such collation sequence|unknown function): /.test(message))
    return `An index or a CHECK uses what only the application defines (${message})`;
  if (message.startsWith('unknown tokenizer: '))
    return `A full-text index uses what only the application defines (${message})`;
  // FTS5 reports an unknown tokenizer only as this.
  if (message !== 'SQL logic error') return undefined;
  const tables = [...port.iterate("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'virtual'")];
  const closed = tables.map(([name]) => String(name)).filter((name) => isClosed(port, name));
  return closed.length === 0
    ? undefined
    : `The virtual table ${closed.join(', ')} uses what only the application defines, such as a tokenizer`;
}

/** True if SQLite cannot open a virtual table to check it. */
function isClosed(port: QueryPort, table: string): boolean {
  try {
    for (const _ of port.iterate(checkOf(table))) break;
    return false;
  } catch (error) {
    if (messageOf(error) !== 'SQL logic error') throw error;
    return true;
  }
}

/** Quoted, since a number would be a limit. */
function checkOf(table: string): string {
  return `PRAGMA main.integrity_check("${table.replaceAll('"', '""')}")`;
}

/** False for a heading, which an error would otherwise quote as the first finding. */
function isFinding(line: string): boolean {
  return line !== 'ok' && !/^\*{3} in database /.test(line);
}
