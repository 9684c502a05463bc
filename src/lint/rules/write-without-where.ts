import { foldName } from '../../schema/names.ts';
import { addedBefore, createdBefore, tableKey } from '../lint-step.ts';
import type { Rule } from '../rule.ts';

/** UPDATE and DELETE of every row. Filling a column that the same step adds is fine: there is nothing in it to lose. */
export const writeWithoutWhere: Rule = {
  name: 'write-without-where',
  check: (step) =>
    step.statements.flatMap((statement) => {
      const { parsed, line, origin } = statement;
      if (origin === 'operation') return [];
      if (parsed?.type !== 'UpdateStmt' && parsed?.type !== 'DeleteStmt') return [];
      if (parsed.whereClause !== undefined || parsed.limit !== undefined) return [];
      const key = tableKey(parsed.tblName);
      if (createdBefore(step, statement).has(key)) return [];
      const table = parsed.tblName.objName.text;
      if (parsed.type === 'DeleteStmt') return [{ line, message: `this deletes every row of ${table}` }];
      const added = addedBefore(step, statement, key);
      const columns = parsed.sets.flatMap(({ colNames }) => colNames.map(({ text }) => text));
      const overwritten = columns.filter((column) => !added.has(foldName(column)));
      if (overwritten.length === 0) return [];
      return [{ line, message: `this overwrites ${overwritten.join(', ')} in every row of ${table}` }];
    }),
};
