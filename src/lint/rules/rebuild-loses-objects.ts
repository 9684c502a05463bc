import { foldName, sameName } from '../../schema/names.ts';
import type { SchemaRow, StoredSchema } from '../../schema/read-schema.ts';
import { formerName, isThereAfter, type LintStep, tableKey } from '../lint-step.ts';
import type { Problem, Rule } from '../rule.ts';

/** A table that is dropped and created again by hand, without its indexes and triggers. */
export const rebuildLosesObjects: Rule = {
  name: 'rebuild-loses-objects',
  check(step) {
    const { schemas } = step;
    if (schemas === undefined) return [];
    const remade = droppedTables(step).filter(({ table }) => isThereAfter(step, foldName(table)));
    return remade.flatMap(({ table, line }): Problem[] =>
      objectsOn(schemas.before, foldName(table))
        .filter((object) => !isThere(schemas.after, object) && !isDropped(step, object))
        .map(({ type, name }) => ({ line, message: `the rebuild of ${table} loses its ${type} ${name}` })),
    );
  },
};

/** Names are those from before the step. */
function droppedTables(step: LintStep) {
  return [
    ...step.statements.flatMap((statement) => {
      const { parsed, line, origin } = statement;
      if (origin === 'operation' || parsed?.type !== 'DropTableStmt') return [];
      const former = formerName(step, statement, tableKey(parsed.tblName));
      return [{ table: former?.name ?? parsed.tblName.objName.text, line }];
    }),
    ...step.operations.filter(({ operation }) => operation === 'dropTable'),
  ];
}

function objectsOn({ rows }: StoredSchema, table: string): SchemaRow[] {
  return rows.filter(({ type, tbl_name }) => (type === 'index' || type === 'trigger') && foldName(tbl_name) === table);
}

function isThere({ rows }: StoredSchema, object: SchemaRow): boolean {
  return rows.some(({ type, name }) => type === object.type && sameName(name, object.name));
}

/** Dropped on purpose: the step itself says so. */
function isDropped({ statements }: LintStep, { name }: SchemaRow): boolean {
  return statements.some(({ parsed }) => {
    if (parsed?.type === 'DropIndexStmt') return sameName(parsed.idxName.objName.text, name);
    return parsed?.type === 'DropTriggerStmt' && sameName(parsed.triggerName.objName.text, name);
  });
}
