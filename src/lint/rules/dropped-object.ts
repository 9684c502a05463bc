import { foldName, sameName } from '../../schema/names.ts';
import type { SchemaRow, StoredSchema } from '../../schema/read-schema.ts';
import { isThereAfter, type LintStatement, type LintStep } from '../lint-step.ts';
import type { Problem, Rule } from '../rule.ts';

/** Views, triggers and indexes that an upgrade drops. Those of a table that is dropped or rebuilt are matters of other rules. */
export const droppedObject: Rule = {
  name: 'dropped-object',
  check(step) {
    const { schemas, direction } = step;
    if (schemas === undefined || direction === 'down') return [];
    return schemas.before.rows.flatMap((object): Problem[] => {
      const { type, name, tbl_name } = object;
      const drop = step.statements.find((statement) => drops(statement, object));
      if (drop === undefined || isThere(schemas.after, object) || !belongs(step, object)) return [];
      return [
        { line: drop.line, message: `this drops the ${type} ${name}${type === 'view' ? '' : ` of ${tbl_name}`}` },
      ];
    });
  },
};

function drops({ parsed }: LintStatement, { type, name }: SchemaRow): boolean {
  switch (parsed?.type) {
    case 'DropViewStmt':
      return type === 'view' && sameName(parsed.viewName.objName.text, name);
    case 'DropTriggerStmt':
      return type === 'trigger' && sameName(parsed.triggerName.objName.text, name);
    case 'DropIndexStmt':
      return type === 'index' && sameName(parsed.idxName.objName.text, name);
    default:
      return false;
  }
}

/** By its name, or an index by what it is of: it may have been renamed. */
function isThere({ rows }: StoredSchema, { type, name, tbl_name, sql }: SchemaRow): boolean {
  return rows.some(
    (row) =>
      row.type === type &&
      (sameName(row.name, name) ||
        (type === 'index' && sameName(row.tbl_name, tbl_name) && withoutName(row) === withoutName({ name, sql }))),
  );
}

/** `CREATE UNIQUE INDEX … ON t (a)`, apart from how it is written. */
function withoutName({ name, sql }: Pick<SchemaRow, 'name' | 'sql'>): string {
  const [head = '', ...rest] = sql.split(name);
  return foldName((head + rest.join(name)).replace(/["'`[\]\s]+/g, ''));
}

/** Whether what it is on is still there. */
function belongs(step: LintStep, { type, tbl_name }: SchemaRow): boolean {
  return type === 'view' || isThereAfter(step, foldName(tbl_name)) || isViewAfter(step, tbl_name);
}

function isViewAfter({ schemas }: LintStep, view: string): boolean {
  return schemas?.after.rows.some(({ type, name }) => type === 'view' && sameName(name, view)) ?? false;
}
