import type { ColumnDefinition } from 'sqlite3-parser';
import { createdBefore, tableKey } from '../lint-step.ts';
import type { Rule } from '../rule.ts';

/** https://sqlite.org/lang_altertable.html#altertabaddcol: refused as soon as the table has a row. */
export const notNullWithoutDefault: Rule = {
  name: 'not-null-without-default',
  check: (step) =>
    step.statements.flatMap((statement) => {
      const { parsed, line } = statement;
      if (parsed?.type !== 'AlterTableStmt' || parsed.body.type !== 'AddColumnAlterTableBody') return [];
      const { column } = parsed.body;
      if (!lacksValue(column) || createdBefore(step, statement).has(tableKey(parsed.tblName))) return [];
      const table = parsed.tblName.objName.text;
      const message = `the new column ${table}.${column.colName.text} is NOT NULL and has no default: this fails as soon as ${table} holds a row`;
      return [{ line, message }];
    }),
};

function lacksValue({ constraints }: ColumnDefinition): boolean {
  const parts = constraints.map(({ constraint }) => constraint);
  const notNull = parts.some((part) => part.type === 'NotNullColumnConstraint' && !part.nullable);
  const hasValue = parts.some(
    (part) =>
      part.type === 'GeneratedColumnConstraint' ||
      (part.type === 'DefaultColumnConstraint' && part.expr.type !== 'NullLiteral'),
  );
  return notNull && !hasValue;
}
