import { type Stmt, traverse } from 'sqlite3-parser';
import { describeList } from '../../format.ts';
import { foldName, sameName } from '../../schema/names.ts';
import { parseStmt } from '../../schema/parse.ts';
import type { SchemaRow, StoredSchema } from '../../schema/read-schema.ts';
import { type LintStatement, type LintStep, nameComesBack, renamesAlone, tableKey } from '../lint-step.ts';
import type { Rule } from '../rule.ts';

/** A table moved aside by a rename, and what still names it by its new name after the step. */
export const renameDragsReferences: Rule = {
  name: 'rename-drags-references',
  check: (step) =>
    step.statements.flatMap((statement) => {
      const { parsed, line, origin } = statement;
      if (parsed?.type !== 'AlterTableStmt' || parsed.body.type !== 'RenameToAlterTableBody') return [];
      if (renamesAlone(step, statement)) return [];
      const [from, to] = [parsed.tblName.objName.text, parsed.body.name.text];
      const aside = nameComesBack(step, statement, tableKey(parsed.tblName)) || isAside(foldName(from), foldName(to));
      if (!aside) return [];
      if (step.schemas === undefined) {
        const message = `this renames ${from} to ${to}, and foreign keys, views and triggers that name ${from} will name ${to}`;
        return origin === 'operation' ? [] : [{ line, message }];
      }
      const dragged = draggedBy(step, statement, step.schemas, from, to);
      if (dragged.length === 0) return [];
      const message = `this renames ${from} to ${to}, and ${describeList(dragged)} ${dragged.length === 1 ? 'names' : 'name'} ${to} from then on`;
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

/** What named the table by its old name before the rename, and names it by the new one after the step. */
function draggedBy(
  { statements }: LintStep,
  rename: LintStatement,
  { before, after }: { readonly before: StoredSchema; readonly after: StoredSchema },
  from: string,
  to: string,
): string[] {
  const at = statements.indexOf(rename);
  const followed = after.rows.filter((row) => {
    if (!references(row.sql).some((name) => sameName(name, to))) return false;
    const made = statements.findLastIndex(({ parsed }) => parsed !== undefined && makes(parsed, row));
    // What is made after the rename names what its author wants it to name.
    if (made > at) return false;
    const source = statements[made]?.sql ?? before.rows.find(isSame(row))?.sql ?? '';
    return references(source).some((name) => sameName(name, from));
  });
  const on = (table: string) => after.rows.filter((row) => row.type === 'trigger' && sameName(row.tbl_name, table));
  // The new table lacks the triggers of the old one, which stays.
  const isThere = after.rows.some(({ type, name }) => type === 'table' && sameName(name, from));
  const left = isThere && on(from).length === 0 ? on(to) : [];
  return [...new Set([...followed, ...left])].map(({ type, name }) =>
    type === 'table' ? `a foreign key of ${name}` : `the ${type} ${name}`,
  );
}

/** The tables and views that the definition of an object names, apart from the object itself and the table it is on. */
function references(sql: string): string[] {
  const parsed = parseStmt(sql);
  if (parsed.status !== 'ok' || parsed.root === undefined) return [];
  const { root } = parsed;
  const own =
    root.type === 'CreateViewStmt'
      ? [root.viewName]
      : root.type === 'CreateTriggerStmt'
        ? [root.triggerName, root.tblName]
        : root.type === 'CreateTableStmt'
          ? [root.tblName]
          : undefined;
  if (own === undefined) return [];
  const names: string[] = [];
  traverse(root, {
    enter(node) {
      if (node.type === 'QualifiedName' && !own.includes(node)) names.push(node.objName.text);
      if (node.type === 'ForeignKeyClause') names.push(node.tblName.text);
      return 'continue';
    },
  });
  return names.filter((name) => root.type !== 'CreateTableStmt' || !sameName(name, root.tblName.objName.text));
}

function makes(statement: Stmt, { type, name }: SchemaRow): boolean {
  switch (statement.type) {
    case 'CreateTableStmt':
      return type === 'table' && sameName(statement.tblName.objName.text, name);
    case 'CreateViewStmt':
      return type === 'view' && sameName(statement.viewName.objName.text, name);
    case 'CreateTriggerStmt':
      return type === 'trigger' && sameName(statement.triggerName.objName.text, name);
    default:
      return false;
  }
}

function isSame({ type, name }: SchemaRow): (other: SchemaRow) => boolean {
  return (other) => other.type === type && sameName(other.name, name);
}
