import { foldName } from '../../schema/names.ts';
import type { Rule } from '../rule.ts';

/** Inside a transaction the statement is refused when the file is read; with `transaction: false` it takes effect. */
export const foreignKeysPragma: Rule = {
  name: 'foreign-keys-pragma',
  check: (step) =>
    step.statements.flatMap(({ parsed, line }) => {
      if (parsed?.type !== 'PragmaStmt' || parsed.body === undefined) return [];
      if (foldName(parsed.name.objName.text) !== 'foreign_keys') return [];
      const message =
        'this switches the enforcement of foreign keys for all that follows: with it, DROP TABLE deletes the rows that refer to the table';
      return [{ line, message }];
    }),
};
