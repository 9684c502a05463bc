import { codeOf, DrydockError, messageOf } from '../errors.ts';
import { quoteName } from '../schema/quote.ts';
import { tableColumns } from './lookups.ts';
import type { SqlPort } from './sql-port.ts';

/** What SQLite said when it compiled each view, and each change that fires a trigger: undefined where all was well. */
export type Compiled = ReadonlyMap<string, string | undefined>;

/**
 * Compiles every view, and every trigger by way of the statements that would fire it, and runs nothing: CREATE VIEW and
 * CREATE TRIGGER do not look at the names inside, so a broken one shows only when somebody uses it.
 */
export function compileDependents(port: SqlPort): Compiled {
  const views = port.all("SELECT name FROM main.sqlite_schema WHERE type = 'view'");
  const fired = port.all("SELECT DISTINCT tbl_name AS name FROM main.sqlite_schema WHERE type = 'trigger'");
  const probes = [
    ...views.map(({ name }) => `SELECT * FROM main.${quoteName(String(name))} LIMIT 0`),
    ...fired.flatMap(({ name }) => triggerProbes(port, String(name))),
  ];
  return new Map(probes.map((probe) => [probe, compile(port, probe)]));
}

/** Databases have views that broke long ago. They are no reason to refuse; one that breaks now is. */
export function assertStillCompiles(before: Compiled, after: Compiled): void {
  for (const [probe, complaint] of after) {
    if (complaint === undefined || before.get(probe) !== undefined) continue;
    throw new DrydockError('REVISION_FAILED', { what: `after the rebuild, ${probe} fails: ${complaint}` });
  }
}

function triggerProbes(port: SqlPort, table: string): string[] {
  const target = `main.${quoteName(table)}`;
  const columns = tableColumns(port, table).filter((column) => !column.generated);
  const assignments = columns.map(({ name }) => `${quoteName(name)} = ${quoteName(name)}`);
  return [
    `EXPLAIN INSERT INTO ${target} DEFAULT VALUES`,
    `EXPLAIN UPDATE ${target} SET ${assignments.join(', ')}`,
    `EXPLAIN DELETE FROM ${target}`,
  ];
}

function compile(port: SqlPort, probe: string): string | undefined {
  try {
    port.all(probe);
    return undefined;
  } catch (thrown) {
    // A disk or memory that fails says nothing of the view.
    if (codeOf(thrown) !== 'SQLITE_ERROR') throw thrown;
    return messageOf(thrown);
  }
}
