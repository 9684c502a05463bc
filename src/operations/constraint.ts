import { quoteName } from '../schema/quote.ts';

export type ReferenceAction = 'cascade' | 'set null' | 'set default' | 'restrict' | 'no action';
export type Deferrable = 'initially deferred' | 'initially immediate';

/** A foreign key's actions, and when it is checked. https://sqlite.org/foreignkeys.html#fk_actions */
export interface ForeignKeyOptions {
  readonly onDelete?: ReferenceAction;
  readonly onUpdate?: ReferenceAction;
  /** By default, checked at the end of each statement. */
  readonly deferrable?: Deferrable;
}

export interface PrimaryKeyConstraint {
  readonly kind: 'primaryKey';
  readonly name: string | null;
  readonly columns: readonly string[];
}

export interface UniqueConstraint {
  readonly kind: 'unique';
  readonly name: string | null;
  readonly columns: readonly string[];
}

export interface CheckConstraint {
  readonly kind: 'check';
  readonly name: string | null;
  readonly condition: string;
}

export interface ForeignKeyConstraint extends ForeignKeyOptions {
  readonly kind: 'foreignKey';
  readonly name: string | null;
  readonly columns: readonly string[];
  readonly referredTable: string;
  /** If empty, the primary key of the referred table. */
  readonly referredColumns: readonly string[];
}

/** A table constraint, for `createTable`, or for `dropConstraint` to find one that has no name. */
export type Constraint = PrimaryKeyConstraint | UniqueConstraint | CheckConstraint | ForeignKeyConstraint;

/** A name is always optional: a constraint without one can be dropped by its content. */
export interface ConstraintName {
  readonly name?: string;
}

/** Makes the constraints for `createTable` and `dropConstraint`. Revisions use it as `op.constraint`. */
export interface ConstraintBuilder {
  primaryKey(columns: readonly string[], options?: ConstraintName): PrimaryKeyConstraint;
  unique(columns: readonly string[], options?: ConstraintName): UniqueConstraint;
  /** @param condition An SQL expression, without enclosing parentheses. */
  check(condition: string, options?: ConstraintName): CheckConstraint;
  /** @param referredColumns If empty, the primary key of the referred table. */
  foreignKey(
    columns: readonly string[],
    referredTable: string,
    referredColumns?: readonly string[],
    options?: ForeignKeyOptions & ConstraintName,
  ): ForeignKeyConstraint;
}

export const constraint: ConstraintBuilder = {
  primaryKey: (columns, { name = null } = {}) => ({ kind: 'primaryKey', name, columns }),
  unique: (columns, { name = null } = {}) => ({ kind: 'unique', name, columns }),
  check: (condition, { name = null } = {}) => ({ kind: 'check', name, condition }),
  foreignKey: (columns, referredTable, referredColumns = [], { name = null, ...options } = {}) => ({
    ...options,
    kind: 'foreignKey',
    name,
    columns,
    referredTable,
    referredColumns,
  }),
};

/** The constraint as CREATE TABLE writes it. */
export function constraintSql(constraint: Constraint): string {
  const name = constraint.name === null ? '' : `CONSTRAINT ${quoteName(constraint.name)} `;
  return name + namelessSql(constraint);
}

/** A REFERENCES clause. */
export function referencesSql(table: string, columns: readonly string[], options: ForeignKeyOptions): string {
  const parts = [`REFERENCES ${quoteName(table)}${columns.length === 0 ? '' : ` ${columnList(columns)}`}`];
  if (options.onDelete !== undefined) parts.push(`ON DELETE ${options.onDelete.toUpperCase()}`);
  if (options.onUpdate !== undefined) parts.push(`ON UPDATE ${options.onUpdate.toUpperCase()}`);
  if (options.deferrable !== undefined) parts.push(`DEFERRABLE ${options.deferrable.toUpperCase()}`);
  return parts.join(' ');
}

function namelessSql(constraint: Constraint): string {
  switch (constraint.kind) {
    case 'primaryKey':
      return `PRIMARY KEY ${columnList(constraint.columns)}`;
    case 'unique':
      return `UNIQUE ${columnList(constraint.columns)}`;
    case 'check':
      return `CHECK (${constraint.condition})`;
    case 'foreignKey': {
      const references = referencesSql(constraint.referredTable, constraint.referredColumns, constraint);
      return `FOREIGN KEY ${columnList(constraint.columns)} ${references}`;
    }
  }
}

function columnList(columns: readonly string[]): string {
  return `(${columns.map(quoteName).join(', ')})`;
}
