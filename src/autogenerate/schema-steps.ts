/** The steps of a plan: each is one schema change, which `.sql` and `.ts` revisions write in their own ways. */
import { unreachable } from '../errors.ts';
import { splitStatements } from '../revisions/sql/statements.ts';
import type { Check, Column, ConflictAction, ForeignKey, Index, Table } from '../schema/normalised.ts';
import { quoteName } from '../schema/quote.ts';
import type { BatchChange } from './batch-plan.ts';
import type { Copied } from './rebuild-statements.ts';

export type SchemaStep =
  /** The stored SQL of a table, view, trigger or virtual table, run again. */
  | { readonly kind: 'create'; readonly sql: string }
  | { readonly kind: 'createIndex'; readonly index: Index }
  /** Indexes the existing rows in a new full-text table's content table. https://sqlite.org/fts5.html#the_rebuild_command */
  | { readonly kind: 'rebuildFullText'; readonly name: string }
  | {
      readonly kind: 'dropTable' | 'dropIndex' | 'dropView' | 'dropTrigger';
      readonly name: string;
      readonly note?: string;
    }
  | { readonly kind: 'renameTable'; readonly from: string; readonly to: string }
  | { readonly kind: 'renameColumn'; readonly table: string; readonly from: string; readonly to: string }
  | {
      readonly kind: 'addColumn';
      readonly table: string;
      readonly column: Column;
      /** The column's full definition: its own, and the constraints that concern it alone. */
      readonly definition: string;
      /** Whether no table constraint comes with it. */
      readonly isPlain: boolean;
      readonly note?: string;
    }
  | { readonly kind: 'dropColumn'; readonly table: string; readonly column: string; readonly note?: string }
  /** Changes the conflict action on NULL; undefined means that NULL is allowed. */
  | {
      readonly kind: 'setNotNull';
      readonly table: string;
      readonly column: string;
      readonly before: ConflictAction | undefined;
      readonly onConflict: ConflictAction | undefined;
      readonly note?: string;
    }
  | { readonly kind: 'addCheck'; readonly table: string; readonly check: Check }
  | { readonly kind: 'dropConstraint'; readonly table: string; readonly name: string }
  | NotInPlace;

/** What SQLite cannot do in place: the table has to be rebuilt and its rows copied. */
export type NotInPlace =
  /** Comes first, for each table that statements rebuild: they lose whatever they do not know about. */
  | {
      readonly kind: 'requireSchema';
      readonly table: string;
      /** The stored SQL of the table, its indexes and its triggers before the revision. */
      readonly statements: readonly string[];
      readonly reasons: readonly string[];
    }
  | {
      readonly kind: 'batch';
      readonly table: string;
      readonly changes: readonly BatchChange[];
      readonly reasons: readonly string[];
    }
  | {
      readonly kind: 'rebuild';
      readonly from: Table;
      readonly to: Table;
      readonly copied: Copied;
      readonly reasons: readonly string[];
    };

export type InPlace = Exclude<SchemaStep, NotInPlace>;

export function isInPlace(step: SchemaStep): step is InPlace {
  return step.kind !== 'batch' && step.kind !== 'rebuild' && step.kind !== 'requireSchema';
}

/** The SQL statement of a step. */
export function sqlOf(step: InPlace): string {
  switch (step.kind) {
    case 'create':
      return statementOf(step.sql);
    case 'createIndex':
      return statementOf(step.index.sql);
    case 'rebuildFullText':
      return `INSERT INTO ${quoteName(step.name)} (${quoteName(step.name)}) VALUES ('rebuild')`;
    case 'dropTable':
      return `DROP TABLE ${quoteName(step.name)}`;
    case 'dropIndex':
      return `DROP INDEX ${quoteName(step.name)}`;
    case 'dropView':
      return `DROP VIEW ${quoteName(step.name)}`;
    case 'dropTrigger':
      return `DROP TRIGGER ${quoteName(step.name)}`;
    case 'renameTable':
      return `ALTER TABLE ${quoteName(step.from)} RENAME TO ${quoteName(step.to)}`;
    case 'renameColumn':
      return alter(step.table, `RENAME COLUMN ${quoteName(step.from)} TO ${quoteName(step.to)}`);
    case 'addColumn':
      return alter(step.table, `ADD COLUMN ${step.definition}`);
    case 'dropColumn':
      return alter(step.table, `DROP COLUMN ${quoteName(step.column)}`);
    case 'setNotNull':
      return alter(step.table, `ALTER COLUMN ${quoteName(step.column)} ${notNullSql(step.onConflict)}`);
    case 'addCheck':
      return alter(step.table, `ADD ${checkSql(step.check)}`);
    case 'dropConstraint':
      return alter(step.table, `DROP CONSTRAINT ${quoteName(step.name)}`);
    default:
      return unreachable(step);
  }
}

/** A foreign key as a column constraint. */
export function foreignKeyClause(key: ForeignKey): string {
  const columns = key.parentColumns === undefined ? '' : ` (${key.parentColumns.map(quoteName).join(', ')})`;
  return [
    `${constraintName(key)}REFERENCES ${quoteName(key.parent)}${columns}`,
    ...(key.onDelete === 'NO ACTION' ? [] : [`ON DELETE ${key.onDelete}`]),
    ...(key.onUpdate === 'NO ACTION' ? [] : [`ON UPDATE ${key.onUpdate}`]),
    ...(key.deferred ? ['DEFERRABLE INITIALLY DEFERRED'] : []),
  ].join(' ');
}

function alter(table: string, change: string): string {
  return `ALTER TABLE ${quoteName(table)} ${change}`;
}

function notNullSql(onConflict: ConflictAction | undefined): string {
  if (onConflict === undefined) return 'DROP NOT NULL';
  return onConflict === 'ABORT' ? 'SET NOT NULL' : `SET NOT NULL ON CONFLICT ${onConflict}`;
}

function checkSql(check: Check): string {
  return `${constraintName(check)}CHECK (${check.expression.sql})`;
}

function constraintName({ name }: { readonly name: string | undefined }): string {
  return name === undefined ? '' : `CONSTRAINT ${quoteName(name)} `;
}

/** Stored SQL may end in a comment, which would hide whatever is appended. */
function statementOf(sql: string): string {
  return splitStatements(sql)[0]?.sql ?? sql;
}
