import { codeOf, DrydockError, messageOf } from '../errors.ts';
import { takenForText } from '../schema/edit/text-in-quotes.ts';
import { parseStmt } from '../schema/parse.ts';
import { quoteName } from '../schema/quote.ts';
import { createdAgain } from './created-again.ts';
import { tableColumns } from './lookups.ts';
import type { SqlPort } from './sql-port.ts';
import { onlyTried } from './sql-port.ts';

/** A schema object that names others, and a statement that SQLite compiles only if those exist. */
interface Probe {
  readonly kind: 'view' | 'trigger' | 'foreign keys';
  /** The view, the trigger, or the table of the foreign keys. */
  readonly name: string;
  /** Of a trigger, its table or view. */
  readonly on?: string;
  readonly sql: string;
}

export interface Compiled extends Probe {
  /** SQLite's message; undefined if the statement compiled. */
  readonly complaint: string | undefined;
}

/**
 * Changes the schema, and fails if a view, trigger or foreign key that compiled before no longer does. SQLite itself checks
 * only some of them, and only for some changes: ADD COLUMN breaks a trigger that inserts into the table by position. Objects
 * that were broken before the change do not count.
 *
 * @param what The change, for the error: `dropColumn on people`.
 * @throws {DrydockError} Naming everything that would break.
 */
export function keepingDependents<T>(port: SqlPort, what: string, change: (before: readonly Compiled[]) => T): T {
  return port.atomically(() => {
    const before = compileReadable(port);
    const result = change(before);
    assertStillCompiles(before, compileDependents(port), what);
    return result;
  });
}

/** Compiles all dependents, after those that fail only because of text in double quotes were created again without. */
export function compileReadable(port: SqlPort): readonly Compiled[] {
  const compiled = compileDependents(port);
  const changed = brokenAmong(compiled)
    .filter(({ complaint }) => takenForText(complaint) !== undefined)
    .filter((one) => isMended(port, one));
  // One that now compiles may have been in the way of another.
  return changed.length === 0 ? compiled : compileReadable(port);
}

/** One that cannot be created again is broken, like any other that does not compile. */
function isMended(port: SqlPort, { kind, name }: Compiled): boolean {
  try {
    return createdAgain(port, kind, name);
  } catch (error) {
    if (error instanceof DrydockError) return false;
    throw error;
  }
}

/**
 * Compiles every view, every trigger (through the statements that fire it) and every table's foreign keys, without running
 * anything. CREATE VIEW and CREATE TRIGGER do not resolve the names inside them, so a broken one shows only in use.
 */
export function compileDependents(port: SqlPort): Compiled[] {
  const probes = [...viewProbes(port), ...triggerProbes(port), ...foreignKeyProbes(port)];
  const compiled = probes.map((probe) => ({ ...probe, complaint: compile(port, probe.sql) }));
  return compiled.some(isBrokenTrigger) ? withTriggersAlone(port, compiled) : compiled;
}

/** What fires a trigger also compiles those that it fires itself: each one that fails is compiled again without the others. */
function withTriggersAlone(port: SqlPort, compiled: readonly Compiled[]): Compiled[] {
  const broken = new Set(compiled.filter(isBrokenTrigger).map(({ name }) => name));
  return compiled.map((one) => {
    if (!isBrokenTrigger(one)) return one;
    const alone = onlyTried(port, () => {
      for (const name of broken) if (name !== one.name) port.run(`DROP TRIGGER main.${quoteName(name)}`);
      return compile(port, one.sql);
    });
    // It writes through an INSTEAD OF trigger that fails, or is one of a view that fails.
    const isOfOther =
      (alone !== one.complaint && /^cannot modify .* because it is a view$/.test(alone ?? '')) ||
      compiled.some(({ kind, name, complaint }) => kind === 'view' && name === one.on && complaint === alone);
    return { ...one, complaint: isOfOther ? undefined : alone };
  });
}

function isBrokenTrigger({ kind, complaint }: Compiled): boolean {
  return kind === 'trigger' && complaint !== undefined;
}

/** The views and triggers that do not compile. While there is one, SQLite can neither rename nor drop a column. */
export function brokenAmong(compiled: readonly Compiled[]): Compiled[] {
  return compiled.filter(({ kind, complaint }) => kind !== 'foreign keys' && complaint !== undefined);
}

/** For errors: `the view totals (no such table: main.orders)`. */
export function describeBroken({ kind, name, complaint }: Compiled): string {
  return `the ${kind}${kind === 'foreign keys' ? ' of' : ''} ${name} (${complaint})`;
}

/** @throws {DrydockError} */
export function assertStillCompiles(before: readonly Compiled[], after: readonly Compiled[], what: string): void {
  const wasBroken = (one: Compiled) =>
    before.some(({ kind, name, complaint }) => kind === one.kind && name === one.name && complaint !== undefined);
  const broken = after.filter((one) => one.complaint !== undefined && !wasBroken(one));
  if (broken.length === 0) return;
  throw new DrydockError('REVISION_FAILED', {
    what: `${what} would break ${broken.map(describeBroken).join(', ')}`,
    next: 'Drop or change that in the revision first, and create it again afterwards',
  });
}

function viewProbes(port: SqlPort): Probe[] {
  const views = port.all("SELECT name FROM main.sqlite_schema WHERE type = 'view' ORDER BY name");
  return views.map(({ name }) => ({
    kind: 'view',
    name: String(name),
    sql: viewStatement(String(name)),
  }));
}

/** A statement that compiles a view. */
export function viewStatement(name: string): string {
  return `SELECT * FROM main.${quoteName(name)} LIMIT 0`;
}

function triggerProbes(port: SqlPort): Probe[] {
  const triggers = port.all("SELECT name, tbl_name, sql FROM main.sqlite_schema WHERE type = 'trigger' ORDER BY name");
  return triggers.flatMap(({ name, tbl_name, sql }) =>
    firingStatements(port, String(tbl_name), String(sql)).map(
      (statement): Probe => ({ kind: 'trigger', name: String(name), on: String(tbl_name), sql: statement }),
    ),
  );
}

/** Statements that compile a trigger, and everything else that they fire. */
export function firingStatements(port: Pick<SqlPort, 'all'>, table: string, createTrigger: string): string[] {
  const target = `main.${quoteName(table)}`;
  const parsed = parseStmt(createTrigger);
  const event =
    parsed.status === 'ok' && parsed.root?.type === 'CreateTriggerStmt' ? parsed.root.event.type : undefined;
  const insert = `EXPLAIN INSERT INTO ${target} DEFAULT VALUES`;
  const remove = `EXPLAIN DELETE FROM ${target}`;
  if (event === 'InsertTriggerEvent') return [insert];
  if (event === 'DeleteTriggerEvent') return [remove];
  const columns = tableColumns(port, table).filter((column) => !column.generated);
  const assignments = columns.map(({ name }) => `${quoteName(name)} = ${quoteName(name)}`);
  const update = `EXPLAIN UPDATE ${target} SET ${assignments.join(', ')}`;
  return event === undefined ? [insert, update, remove] : [update];
}

/** Compiling the check looks up the parent's key and reports a "foreign key mismatch" if there is none. */
function foreignKeyProbes(port: SqlPort): Probe[] {
  const children = port.all(
    `SELECT DISTINCT s.name FROM main.sqlite_schema AS s, pragma_foreign_key_list(s.name, 'main') WHERE s.type = 'table'`,
  );
  return children.map(({ name }) => ({
    kind: 'foreign keys',
    name: String(name),
    sql: `EXPLAIN PRAGMA main.foreign_key_check(${quoteName(String(name))})`,
  }));
}

function compile(port: SqlPort, probe: string): string | undefined {
  try {
    port.all(probe);
    return undefined;
  } catch (thrown) {
    // A failing disk or out-of-memory says nothing about the view.
    if (codeOf(thrown) !== 'SQLITE_ERROR') throw thrown;
    return messageOf(thrown);
  }
}
