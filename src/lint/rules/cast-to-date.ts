import { traverse } from 'sqlite3-parser';
import { foldName } from '../../schema/names.ts';
import type { Rule } from '../rule.ts';

const dateTypes = new Set(['date', 'datetime', 'time', 'timestamp']);

/**
 * https://sqlite.org/datatype3.html#determination_of_column_affinity: a date type is NUMERIC, so CAST keeps only the year.
 */
export const castToDate: Rule = {
  name: 'cast-to-date',
  check: (step) =>
    step.statements.flatMap(({ parsed, line }) => {
      const types: string[] = [];
      if (parsed !== undefined) {
        traverse(parsed, {
          nodes: {
            CastExpr({ typeName }) {
              if (typeName !== undefined && dateTypes.has(foldName(typeName.name))) types.push(typeName.name);
            },
          },
        });
      }
      return types.map((type) => ({
        line,
        message: `CAST AS ${type} turns a date into a number: '2026-03-01' becomes 2026`,
      }));
    }),
};
