import { isConstant } from '../../schema/edit/edit-expression.ts';
import { createdBefore, tableKey } from '../lint-step.ts';
import type { Rule } from '../rule.ts';

/**
 * https://sqlite.org/lang_altertable.html#altertabaddcol: refused as soon as the table has a row. `op.addColumn` rebuilds.
 */
export const nonConstantDefault: Rule = {
  name: 'non-constant-default',
  check: (step) =>
    step.statements.flatMap((statement) => {
      const { parsed, line, origin } = statement;
      if (origin === 'operation') return [];
      if (parsed?.type !== 'AlterTableStmt' || parsed.body.type !== 'AddColumnAlterTableBody') return [];
      const { column } = parsed.body;
      const changing = column.constraints.some(
        ({ constraint }) => constraint.type === 'DefaultColumnConstraint' && !isConstant(constraint.expr),
      );
      if (!changing || createdBefore(step, statement).has(tableKey(parsed.tblName))) return [];
      const table = parsed.tblName.objName.text;
      const message = `the default of the new column ${table}.${column.colName.text} is no constant: this fails as soon as ${table} holds a row`;
      return [{ line, message }];
    }),
};
