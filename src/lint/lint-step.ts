/** What a rule looks at: one revision in one direction, with its statements parsed. */
import type { QualifiedName, Stmt } from 'sqlite3-parser';
import type { ReplayedNote, ReplayedStep, StatementOrigin } from '../engine/shadow-result.ts';
import type { Direction, Revision } from '../revisions/revision.ts';
import { foldName } from '../schema/names.ts';
import { parseStmt } from '../schema/parse.ts';
import type { StoredSchema } from '../schema/read-schema.ts';

export interface LintStatement {
  readonly sql: string;
  readonly line: number | undefined;
  readonly origin: StatementOrigin;
  /** Undefined if the parser cannot read it. */
  readonly parsed: Stmt | undefined;
}

/** The schemas that a replay of the step produced. */
export interface SeenSchemas {
  /** False if there may be more in them: an earlier step could not run to its end, or stands for what it does not have. */
  readonly whole: boolean;
  readonly before: StoredSchema;
  readonly after: StoredSchema;
  /** For a downgrade: the schema before the upgrade, which it should restore. */
  readonly goal?: StoredSchema;
}

export interface LintStep {
  readonly revision: Revision;
  readonly direction: Direction;
  readonly statements: readonly LintStatement[];
  /** The notes of a module's operations. */
  readonly operations: readonly ReplayedNote[];
  /** Whether the revision's upgrade does nothing. */
  readonly upIsEmpty: boolean;
  /** Undefined if the step could not be replayed. */
  readonly schemas: SeenSchemas | undefined;
  /** Rows of the live tables by folded name; undefined if no database was read. */
  readonly rows: ReadonlyMap<string, number> | undefined;
}

export function lintStatement(sql: string, line: number | undefined, origin: StatementOrigin): LintStatement {
  const parsed = parseStmt(sql);
  return { sql, line, origin, parsed: parsed.status === 'ok' ? (parsed.root ?? undefined) : undefined };
}

/** The parts of a lint step that come from its replay. */
export function stepParts({ statements, notes }: ReplayedStep): Pick<LintStep, 'statements' | 'operations'> {
  return {
    statements: statements.map(({ sql, line, origin }) => lintStatement(sql, line, origin)),
    operations: notes,
  };
}

/** The folded name of a table, for comparison. */
export function tableKey({ objName }: Pick<QualifiedName, 'objName'>): string {
  return foldName(objName.text);
}

/** Whether a name refers to a temporary table. */
export function isTemporary({ dbName }: Pick<QualifiedName, 'dbName'>): boolean {
  return dbName !== undefined && foldName(dbName.text) === 'temp';
}

/** The folded names of the tables that the step creates before one of its statements: they have nothing to lose. */
export function createdBefore({ statements }: LintStep, end: LintStatement | undefined): ReadonlySet<string> {
  const earlier = end === undefined ? statements : statements.slice(0, statements.indexOf(end));
  return new Set(
    earlier.flatMap(({ parsed, origin }) => {
      // An operation that rebuilds a table also creates it, with all of its rows.
      if (origin === 'operation') return [];
      return parsed?.type === 'CreateTableStmt' || parsed?.type === 'CreateVirtualTableStmt'
        ? [tableKey(parsed.tblName)]
        : [];
    }),
  );
}

/** The folded names of the columns that the step adds to a table before one of its statements. */
export function addedBefore({ statements }: LintStep, end: LintStatement, table: string): ReadonlySet<string> {
  return new Set(
    statements.slice(0, statements.indexOf(end)).flatMap(({ parsed }) => {
      if (parsed?.type !== 'AlterTableStmt' || tableKey(parsed.tblName) !== table) return [];
      return parsed.body.type === 'AddColumnAlterTableBody' ? [foldName(parsed.body.column.colName.text)] : [];
    }),
  );
}

/** Whether a table of this name exists after the step, as far as that is known. */
export function isThereAfter({ schemas }: LintStep, table: string): boolean {
  return schemas?.after.rows.some(({ type, name }) => type === 'table' && foldName(name) === table) ?? false;
}

/** Whether a table of this name may exist before the step. */
export function mayBeThereBefore({ schemas }: LintStep, table: string): boolean {
  if (schemas?.whole !== true) return true;
  return schemas.before.rows.some(({ type, name }) => type === 'table' && foldName(name) === table);
}

/** Whether the step gives a table's name to something else after one of its statements, as a manual rebuild does. */
export function nameComesBack({ statements }: LintStep, start: LintStatement, table: string): boolean {
  return statements.slice(statements.indexOf(start) + 1).some(({ parsed }) => {
    if (parsed?.type === 'CreateTableStmt') return tableKey(parsed.tblName) === table;
    if (parsed?.type !== 'AlterTableStmt' || parsed.body.type !== 'RenameToAlterTableBody') return false;
    return foldName(parsed.body.name.text) === table;
  });
}

/** A former name of a table, and the statement that renamed it. */
export interface FormerName {
  readonly name: string;
  readonly key: string;
  readonly renamed: LintStatement;
}

/** The name of a table before the step, if the step renamed it before one of its statements. */
export function formerName({ statements }: LintStep, end: LintStatement, table: string): FormerName | undefined {
  let former: FormerName | undefined;
  for (const renamed of statements.slice(0, statements.indexOf(end)).toReversed()) {
    const { parsed } = renamed;
    if (parsed?.type !== 'AlterTableStmt' || parsed.body.type !== 'RenameToAlterTableBody') continue;
    if (foldName(parsed.body.name.text) !== (former?.key ?? table)) continue;
    former = { name: parsed.tblName.objName.text, key: tableKey(parsed.tblName), renamed };
  }
  return former;
}

/**
 * Whether a statement is a RENAME that no reference follows: a run does not enforce foreign keys, and the step has set
 * https://sqlite.org/pragma.html#pragma_legacy_alter_table.
 */
export function renamesAlone({ statements }: LintStep, end: LintStatement): boolean {
  const set = statements.slice(0, statements.indexOf(end)).flatMap(({ sql, parsed }) => {
    if (parsed?.type !== 'PragmaStmt' || parsed.body === undefined) return [];
    if (foldName(parsed.name.objName.text) !== 'legacy_alter_table') return [];
    const { offset, length } = parsed.body.value.span;
    return [sql.slice(offset, offset + length)];
  });
  return /^['"]?(?:on|yes|true|[1-9])/i.test(set.at(-1) ?? '');
}
