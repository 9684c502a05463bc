import { foldName } from '../../schema/names.ts';
import { nameComesBack, renamesAlone, tableKey } from '../lint-step.ts';
import type { Rule } from '../rule.ts';

/** A table moved aside by a rename: foreign keys, views and triggers follow it to the new name. */
export const renameDragsReferences: Rule = {
  name: 'rename-drags-references',
  check: (step) =>
    step.statements.flatMap((statement) => {
      const { parsed, line, origin } = statement;
      if (origin === 'operation' || parsed?.type !== 'AlterTableStmt') return [];
      if (parsed.body.type !== 'RenameToAlterTableBody' || renamesAlone(step, statement)) return [];
      const from = parsed.tblName.objName.text;
      const to = parsed.body.name.text;
      const aside = nameComesBack(step, statement, tableKey(parsed.tblName)) || isAside(foldName(from), foldName(to));
      if (!aside) return [];
      const message = `this renames ${from} to ${to}, and foreign keys, views and triggers that name ${from} will name ${to}`;
      return [{ line, message }];
    }),
};

/** `people_old`, `old_people`, `people_backup`. */
function isAside(from: string, to: string): boolean {
  const marks = ['old', 'orig', 'bak', 'backup'];
  return marks.some((mark) =>
    [`${from}_${mark}`, `_${from}_${mark}`, `${mark}_${from}`, `_${mark}_${from}`].includes(to),
  );
}
