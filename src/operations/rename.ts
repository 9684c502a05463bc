import { DrydockError } from '../errors.ts';
import type { CompiledObject } from '../schema/objects/objects.ts';
import { quoteName } from '../schema/quote.ts';
import { requireSense } from './constraint-errors.ts';
import { assertStillCompiles, brokenAmong, compileDependents, compileReadable, describeBroken } from './dependents.ts';
import { requireTable } from './lookups.ts';
import { renameStatistics } from './move-old-table.ts';
import { runOverQuotedText } from './over-quoted-text.ts';
import { withLegacyAlter } from './rebuild.ts';
import type { OperationNote, SqlPort } from './sql-port.ts';
import { refuseVirtualMentions } from './virtual-mentions.ts';

/** Renames a column with SQLite's RENAME, which updates indexes, constraints, foreign keys, triggers and views. */
export function renameColumn(
  port: SqlPort,
  tableName: string,
  { from, to }: { readonly from: string; readonly to: string },
  compiled: readonly CompiledObject[],
): OperationNote {
  const { name: table } = requireTable(port, tableName);
  requireAllCompile(compiled);
  refuseVirtualMentions(port, table, from);
  const sql = `ALTER TABLE main.${quoteName(table)} RENAME COLUMN ${quoteName(from)} TO ${quoteName(to)}`;
  requireSense(`to rename ${table}.${from} to ${to}`, () =>
    withLegacyAlter(port, 'OFF', () => runOverQuotedText(port, sql)),
  );
  return { operation: 'alterColumn', table, method: 'in place', why: 'SQLite renames a column everywhere' };
}

/** Renames a table in the same way. */
export function renameTable(port: SqlPort, from: string, to: string): OperationNote {
  const { name: table } = requireTable(port, from);
  const compiled = compileReadable(port);
  requireAllCompile(compiled);
  refuseVirtualMentions(port, table);
  const sql = `ALTER TABLE main.${quoteName(table)} RENAME TO ${quoteName(to)}`;
  requireSense(`to rename ${table} to ${to}`, () => withLegacyAlter(port, 'OFF', () => runOverQuotedText(port, sql)));
  const renamed = (name: string) => (name === table ? to : name);
  const before = compiled.map((one) => ({
    ...one,
    name: renamed(one.name),
    ...(one.parent !== undefined && { parent: renamed(one.parent) }),
  }));
  assertStillCompiles([...compiled, ...before], compileDependents(port), `renameTable of ${table}`);
  // Otherwise the statistics of ANALYZE stay under the old name, for a later table of that name.
  renameStatistics(port, table, to);
  return { operation: 'renameTable', table, method: 'in place', why: 'SQLite renames a table everywhere' };
}

/** SQLite reads the whole schema to follow a rename, and stops at the first object that it cannot read. */
function requireAllCompile(compiled: readonly CompiledObject[]): void {
  const broken = brokenAmong(compiled);
  if (broken.length === 0) return;
  throw new DrydockError('REVISION_FAILED', {
    what: `SQLite cannot rename anything while part of the schema does not compile: ${broken.map(describeBroken).join(', ')}`,
    next: 'Drop or fix that in the revision first',
  });
}
