import type {
  DeferSubclause,
  ForeignKeyClause,
  NamedColumnConstraint,
  NamedTableConstraint,
  RefAct,
  ResolveType,
  SortedColumn,
} from 'sqlite3-parser';
import type {
  Check,
  ConflictAction,
  ForeignKey,
  ForeignKeyAction,
  KeyColumn,
  PrimaryKey,
  Unique,
} from '../normalised.ts';
import { expressionOf, type Spelling } from './normalise.ts';
import { insideParentheses, textOf, unreadable } from './normalise-parse.ts';

/** The constraints of a table, from anywhere in its CREATE TABLE. */
export interface Constraints {
  /** Whether it is the rowid depends on the column's type, which the caller knows. */
  readonly primaryKey: Omit<PrimaryKey, 'isRowid'> | undefined;
  readonly uniques: readonly Unique[];
  readonly checks: readonly Check[];
  readonly foreignKeys: readonly ForeignKey[];
}

/** A column constraint, with the column's name. */
export interface ColumnConstraint {
  readonly column: string;
  readonly named: NamedColumnConstraint;
}

interface Found {
  primaryKey: Omit<PrimaryKey, 'isRowid'> | undefined;
  readonly uniques: Unique[];
  readonly checks: Check[];
  readonly foreignKeys: ForeignKey[];
}

/** Collects the column constraints first, then the table constraints. */
export function collectConstraints(
  sql: string,
  behindColumns: readonly ColumnConstraint[],
  ofTable: readonly NamedTableConstraint[],
  spelling: Spelling,
): Constraints {
  const found: Found = { primaryKey: undefined, uniques: [], checks: [], foreignKeys: [] };
  for (const constraint of behindColumns) addColumnConstraint(found, sql, constraint, spelling);
  for (const constraint of ofTable) addTableConstraint(found, sql, constraint, spelling);
  return found;
}

export function conflictAction(clause: ResolveType | undefined): ConflictAction {
  return clause === undefined ? 'ABORT' : conflictActions[clause];
}

const conflictActions: Readonly<Record<ResolveType, ConflictAction>> = {
  Abort: 'ABORT',
  Fail: 'FAIL',
  Ignore: 'IGNORE',
  Replace: 'REPLACE',
  Rollback: 'ROLLBACK',
};

const foreignKeyActions: Readonly<Record<RefAct, ForeignKeyAction>> = {
  Cascade: 'CASCADE',
  NoAction: 'NO ACTION',
  Restrict: 'RESTRICT',
  SetDefault: 'SET DEFAULT',
  SetNull: 'SET NULL',
};

function addColumnConstraint(found: Found, sql: string, { column, named }: ColumnConstraint, spelling: Spelling): void {
  const { constraint, span } = named;
  const place = { name: named.name?.text, behind: column };
  switch (constraint.type) {
    case 'PrimaryKeyColumnConstraint': {
      const columns = [{ name: column, collation: undefined, descending: constraint.order === 'Desc' }];
      const onConflict = conflictAction(constraint.conflictClause);
      found.primaryKey = { ...place, columns, onConflict, autoincrement: constraint.autoIncrement };
      break;
    }
    case 'UniqueColumnConstraint': {
      const columns = [{ name: column, collation: undefined, descending: false }];
      found.uniques.push({ ...place, columns, onConflict: conflictAction(constraint.conflictClause) });
      break;
    }
    case 'CheckColumnConstraint':
      found.checks.push({ ...place, expression: expressionOf(insideParentheses(textOf(sql, span)), spelling) });
      break;
    case 'ForeignKeyColumnConstraint':
      found.foreignKeys.push({ ...place, columns: [column], ...foreignKey(constraint.clause, constraint.deferClause) });
      break;
    case 'DeferColumnConstraint': {
      // The grammar reads `REFERENCES t DEFERRABLE …` as two constraints; the second belongs to the last foreign key.
      const last = found.foreignKeys.pop();
      if (last !== undefined) found.foreignKeys.push({ ...last, deferred: isDeferred(constraint.clause) });
      break;
    }
    default:
    // NOT NULL, DEFAULT, COLLATE and AS belong to the column.
  }
}

function addTableConstraint(found: Found, sql: string, named: NamedTableConstraint, spelling: Spelling): void {
  const { constraint, span } = named;
  const place = { name: named.name?.text, behind: undefined };
  switch (constraint.type) {
    case 'PrimaryKeyTableConstraint': {
      const columns = constraint.columns.map((column) => keyColumn(sql, column));
      const onConflict = conflictAction(constraint.conflictClause);
      found.primaryKey = { ...place, columns, onConflict, autoincrement: constraint.autoIncrement };
      break;
    }
    case 'UniqueTableConstraint': {
      const columns = constraint.columns.map((column) => keyColumn(sql, column));
      found.uniques.push({ ...place, columns, onConflict: conflictAction(constraint.conflictClause) });
      break;
    }
    case 'CheckTableConstraint':
      found.checks.push({ ...place, expression: expressionOf(insideParentheses(textOf(sql, span)), spelling) });
      break;
    case 'ForeignKeyTableConstraint': {
      const columns = constraint.columns.map(({ colName }) => colName.text);
      found.foreignKeys.push({ ...place, columns, ...foreignKey(constraint.clause, constraint.deferClause) });
    }
  }
}

function foreignKey(
  clause: ForeignKeyClause,
  defer: DeferSubclause | undefined,
): Omit<ForeignKey, 'name' | 'behind' | 'columns'> {
  const action = (type: 'OnDeleteRefArg' | 'OnUpdateRefArg'): ForeignKeyAction => {
    // The last one applies.
    const found = clause.args.findLast((argument) => argument.type === type);
    return found === undefined || found.type === 'MatchRefArg' ? 'NO ACTION' : foreignKeyActions[found.action];
  };
  return {
    parent: clause.tblName.text,
    parentColumns: clause.columns?.map(({ colName }) => colName.text),
    // SQLite parses MATCH and ignores it: https://sqlite.org/foreignkeys.html#fk_unsupported
    onDelete: action('OnDeleteRefArg'),
    onUpdate: action('OnUpdateRefArg'),
    deferred: defer !== undefined && isDeferred(defer),
  };
}

function isDeferred({ deferrable, initDeferred }: DeferSubclause): boolean {
  return deferrable && initDeferred === 'InitiallyDeferred';
}

function keyColumn(sql: string, { expr, order }: SortedColumn): KeyColumn {
  const [named, collation] = expr.type === 'CollateExpr' ? [expr.expr, expr.collation] : [expr, undefined];
  const descending = order === 'Desc';
  switch (named.type) {
    case 'Id':
      return { name: named.name, collation: collation?.toUpperCase(), descending };
    case 'NameExpr':
      return { name: named.name.text, collation: collation?.toUpperCase(), descending };
    case 'StringLiteral':
      return { name: named.value, collation: collation?.toUpperCase(), descending };
    default:
      throw unreadable(sql, `a ${named.type} stands where the name of a column belongs`);
  }
}
