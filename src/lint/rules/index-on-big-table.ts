import { plural } from '../../format.ts';
import { foldName } from '../../schema/names.ts';
import type { Rule } from '../rule.ts';

/** From about this many rows on, an index takes seconds during which nothing else can write. */
const manyRows = 1_000_000;

/** Only the live database knows the number of rows, so only `plan` finds this. */
export const indexOnBigTable: Rule = {
  name: 'index-on-big-table',
  check({ statements, operations, rows }) {
    if (rows === undefined) return [];
    const made = [
      ...statements.flatMap(({ parsed, line, origin }) =>
        origin === 'revision' && parsed?.type === 'CreateIndexStmt' ? [{ table: parsed.tblName.text, line }] : [],
      ),
      ...operations.filter(({ operation }) => operation === 'createIndex'),
    ];
    return made.flatMap(({ table, line }) => {
      const count = rows.get(foldName(table)) ?? 0;
      if (count < manyRows) return [];
      return [
        {
          line,
          message: `this builds an index over the ${plural(count, 'row')} of ${table}, and nothing else can write meanwhile`,
        },
      ];
    });
  },
};
