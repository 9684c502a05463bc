import { foldName } from '../../schema/names.ts';
import {
  addedBefore,
  createdBefore,
  formerName,
  isTemporary,
  isThereAfter,
  type LintStep,
  mayBeThereBefore,
  nameComesBack,
  tableKey,
} from '../lint-step.ts';
import type { Problem, Rule } from '../rule.ts';

/**
 * Tables and columns that are dropped with their data. Only for upgrades: a downgrade is there to drop what the upgrade
 * created.
 */
export const destructiveChange: Rule = {
  name: 'destructive-change',
  check: (step) => (step.direction === 'up' ? [...byStatements(step), ...byOperations(step)] : []),
};

function byStatements(step: LintStep): Problem[] {
  return step.statements.flatMap((statement) => {
    const { parsed, line, origin } = statement;
    if (origin === 'operation') return [];
    if (parsed?.type !== 'DropTableStmt' && parsed?.type !== 'AlterTableStmt') return [];
    const table = parsed.tblName.objName.text;
    const key = tableKey(parsed.tblName);
    if (isTemporary(parsed.tblName) || createdBefore(step, statement).has(key)) return [];
    if (parsed.type === 'DropTableStmt') {
      const former = formerName(step, statement, key);
      const [start, name] = former === undefined ? [statement, key] : [former.renamed, former.key];
      if (createdBefore(step, start).has(name) || !mayBeThereBefore(step, name)) return [];
      // Dropped or renamed for a rebuild: another rule checks what such a rebuild loses.
      if (nameComesBack(step, start, name)) return [];
      return [{ line, message: `this drops the table ${table} with all its rows` }];
    }
    if (parsed.body.type !== 'DropColumnAlterTableBody') return [];
    const column = parsed.body.column.text;
    if (addedBefore(step, statement, key).has(foldName(column))) return [];
    return [{ line, message: `this drops the column ${table}.${column} with its data` }];
  });
}

function byOperations(step: LintStep): Problem[] {
  const created = createdBefore(step, undefined);
  return step.operations
    .filter(({ table }) => !created.has(foldName(table)))
    .flatMap(({ operation, table, line }) => {
      if (operation === 'dropTable') {
        if (isThereAfter(step, foldName(table))) return [];
        return [{ line, message: `this drops the table ${table} with all its rows` }];
      }
      if (operation !== 'dropColumn') return [];
      return [{ line, message: `this drops a column of ${table} with its data` }];
    });
}
