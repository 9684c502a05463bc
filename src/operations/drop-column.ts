import { DrydockError } from '../errors.ts';
import { withoutColumn } from '../schema/edit/edit-columns.ts';
import { findColumn } from '../schema/edit/edit-table.ts';
import { indexUses, triggerWaitsFor, usesInTable } from '../schema/edit/edit-uses.ts';
import { quoteName } from '../schema/quote.ts';
import { assertStillCompiles, brokenAmong, compileDependents } from './dependents.ts';
import { cannotReadSchema, withLegacyAlter } from './rebuild.ts';
import type { SqlPort } from './sql-port.ts';
import type { TableChange } from './table-change.ts';
import { withTable, withValues } from './table-plan.ts';
import { refuseVirtualMentions } from './virtual-mentions.ts';

/** Drops a column that nothing uses. The caller compiles views and triggers afterwards to find those that used it. */
export function dropColumnChange(name: string): TableChange {
  return {
    operation: 'dropColumn',
    prepare(plan, { port, stored, compiled }) {
      const column = findColumn(plan.table, name);
      const uses = [...usesInTable(plan.table, column.name), ...usesBeside(port, stored.name, column.name)];
      if (uses.length > 0) throw stillUsed(stored.name, column.name, uses);
      refuseVirtualMentions(port, stored.name, column.name);
      // A column of this name added in the same batch is a new one.
      const next = withValues(withTable(plan, withoutColumn(plan.table, column.name)), column.name, {
        from: 'default',
      });
      if (column.constraints.some(({ node }) => node.type === 'UniqueColumnConstraint')) {
        return { plan: next, why: 'SQLite cannot drop a UNIQUE column in place' };
      }
      const [broken] = brokenAmong(compiled);
      if (broken !== undefined) {
        return {
          plan: next,
          why: `SQLite cannot drop a column in place while the ${broken.kind} ${broken.name} does not compile`,
        };
      }
      if (cannotReadSchema(port, stored.name)) {
        return { plan: next, why: 'SQLite cannot drop a column in place while it cannot read the whole schema' };
      }
      const sql = `ALTER TABLE main.${quoteName(stored.name)} DROP COLUMN ${quoteName(column.name)}`;
      return {
        plan: next,
        why: 'SQLite drops a column that nothing uses',
        inPlace: () => {
          // With legacy_alter_table, DROP COLUMN leaves views and triggers alone, and Drydock names each one that breaks.
          // They are compiled after each column, since for the next one SQLite would only say "SQL logic error".
          withLegacyAlter(port, 'ON', () => port.run(sql));
          assertStillCompiles(compiled, compileDependents(port), `dropColumn of ${stored.name}.${column.name}`);
        },
      };
    },
  };
}

function usesBeside(port: SqlPort, table: string, column: string): string[] {
  const attached = port.all(
    `SELECT type, name, sql FROM main.sqlite_schema WHERE tbl_name = ? COLLATE NOCASE AND sql IS NOT NULL ORDER BY name`,
    table,
  );
  return attached
    .filter(({ type, sql }) => {
      if (type === 'index') return indexUses(String(sql), column);
      return type === 'trigger' && triggerWaitsFor(String(sql), column);
    })
    .map(({ type, name }) => `the ${type} ${name}`);
}

function stillUsed(table: string, column: string, uses: readonly string[]): DrydockError {
  return new DrydockError('REVISION_FAILED', {
    what: `${table}.${column} cannot be dropped while it is used by ${uses.join(', ')}`,
    next: 'Drop those first in the revision: op.dropIndex, op.dropConstraint, op.dropTrigger, op.dropColumn',
  });
}
