/** What `op.batchAlterTable` can do for a table: everything in one rebuild that verifies that no value changed. */
import { foldName, includesName, sameName } from '../schema/names.ts';
import { expressionOf, sameExpression } from '../schema/normalise/normalise.ts';
import { sameType } from '../schema/normalise/normalise-type.ts';
import type { Check, Column, ForeignKey, Table, Unique } from '../schema/normalised.ts';
import type { Changes } from './table-changes.ts';

/** How the operations find a constraint: by its name, otherwise by its content. */
export type Which =
  | { readonly by: 'name'; readonly name: string }
  | { readonly by: 'unique'; readonly unique: Unique }
  | { readonly by: 'check'; readonly check: Check }
  | { readonly by: 'foreignKey'; readonly key: ForeignKey };

export type BatchChange =
  | { readonly kind: 'dropConstraint'; readonly which: Which }
  | { readonly kind: 'addColumn'; readonly column: Column }
  | { readonly kind: 'dropColumn'; readonly column: Column }
  | { readonly kind: 'alterColumn'; readonly from: Column; readonly to: Column }
  | { readonly kind: 'addUnique'; readonly unique: Unique }
  | { readonly kind: 'addCheck'; readonly check: Check }
  | { readonly kind: 'addForeignKey'; readonly key: ForeignKey };

/**
 * The changes of a batch, in an order that it accepts.
 * @param dropped The columns to drop, computed columns before those that they are computed from.
 * @returns undefined if the operations cannot make one of the changes, or could pick the wrong constraint.
 */
export function batchOf(
  from: Table,
  to: Table,
  changes: Changes,
  dropped: readonly Column[] | undefined,
): BatchChange[] | undefined {
  const { uniques, checks, foreignKeys, altered, added } = changes;
  if (changes.others.length > 0 || dropped === undefined || checksLostBy(from, changes).length > 0) return undefined;
  const drops = [
    ...uniques.flatMap((change) => whichUnique(from, change.from)),
    ...checks.flatMap((change) => whichCheck(from, change.from)),
    ...foreignKeys.flatMap((change) => whichForeignKey(from, change.from)),
  ];
  const wantedUniques = uniques.flatMap((change) => change.to ?? []);
  const names = [...wantedUniques, ...[...checks, ...foreignKeys].flatMap((change) => change.to ?? [])].flatMap(
    ({ name }) => name ?? [],
  );
  const isPossible =
    !names.some((name) => isNameTwice(to, name)) &&
    wantedUniques.every(isPlainUnique) &&
    altered.every((change) => isAlterable(from, to, change)) &&
    added.every(isAddable);
  if (!isPossible || !drops.every((which) => which !== 'unclear')) return undefined;
  return [
    ...drops.map((which) => ({ kind: 'dropConstraint' as const, which })),
    ...added.map((column) => ({ kind: 'addColumn' as const, column })),
    ...dropped.map((column) => ({ kind: 'dropColumn' as const, column })),
    ...altered.map((change) => ({ kind: 'alterColumn' as const, ...change })),
    ...wantedUniques.map((unique) => ({ kind: 'addUnique' as const, unique })),
    ...checks.flatMap(({ to: check }) => (check === undefined ? [] : [{ kind: 'addCheck' as const, check }])),
    ...foreignKeys.flatMap(({ to: key }) => (key === undefined ? [] : [{ kind: 'addForeignKey' as const, key }])),
  ];
}

/**
 * False if the type decides whether a column is the rowid, or a STRICT table does not accept it: then more than the type
 * changes.
 */
export function isAlterable(from: Table, to: Table, change: { readonly from: Column; readonly to: Column }): boolean {
  const { name, type, notNull } = change.to;
  const isRowid = [from, to].some(
    ({ primaryKey }) => primaryKey?.isRowid === true && sameName(primaryKey.columns[0]?.name ?? '', name),
  );
  const isRetyped = !sameType(change.from.type, type);
  const isStrictType = /^(?:int|integer|real|text|blob|any)$/i.test(type);
  const isTypePossible = !isRetyped || (!isRowid && type !== '' && (!from.strict || isStrictType));
  const isNullPossible =
    change.from.notNull === notNull ||
    [change.from.notNull, notNull].every((action) => action === undefined || action === 'ABORT');
  return isTypePossible && isNullPossible;
}

/** CHECKs that should stay but would be dropped with the column that contains them. */
export function checksLostBy(from: Table, { checks, dropped }: Changes): Check[] {
  const names = dropped.map(({ name }) => name);
  return from.checks.filter(
    (check) =>
      check.behind !== undefined &&
      includesName(names, check.behind) &&
      !checks.some((change) => change.from === check),
  );
}

/** The comment beside a dropped column. */
export function lossOf(table: string, { name }: Column): string {
  return `The values of ${table}.${name} are lost.`;
}

/** The operations require a type and do not support ON CONFLICT. */
function isAddable({ type, notNull }: Column): boolean {
  return type !== '' && (notNull === undefined || notNull === 'ABORT');
}

function isPlainUnique({ columns, onConflict }: Unique): boolean {
  return onConflict === 'ABORT' && columns.every(({ collation, descending }) => collation === undefined && !descending);
}

function whichUnique(from: Table, unique: Unique | undefined): (Which | 'unclear')[] {
  if (unique === undefined) return [];
  if (unique.name !== undefined) return [byName(from, unique.name)];
  const columnsOf = ({ columns }: Unique) => JSON.stringify(columns.map(({ name }) => foldName(name)));
  const alike = from.uniques.filter((other) => columnsOf(other) === columnsOf(unique));
  return [alike.length === 1 ? { by: 'unique', unique } : 'unclear'];
}

function whichCheck(from: Table, check: Check | undefined): (Which | 'unclear')[] {
  if (check === undefined) return [];
  if (check.name !== undefined) return [byName(from, check.name)];
  const { sql } = check.expression;
  // A rename has changed the stored text, and how SQLite wrote it is unknown here.
  const columns = [...from.columns.map(({ name }) => name), from.name];
  const isAsWritten = sameExpression(expressionOf(sql, { names: 'folded', columns }), check.expression);
  const alike = from.checks.filter((other) => sameExpression(other.expression, check.expression));
  return [isAsWritten && alike.length === 1 ? { by: 'check', check } : 'unclear'];
}

function whichForeignKey(from: Table, key: ForeignKey | undefined): (Which | 'unclear')[] {
  if (key === undefined) return [];
  if (key.name !== undefined) return [byName(from, key.name)];
  const subjectOf = ({ columns, parent }: ForeignKey) => JSON.stringify([columns.map(foldName), foldName(parent)]);
  const alike = from.foreignKeys.filter((other) => subjectOf(other) === subjectOf(key));
  return [alike.length === 1 ? { by: 'foreignKey', key } : 'unclear'];
}

function byName(from: Table, name: string): Which | 'unclear' {
  return isNameTwice(from, name) ? 'unclear' : { by: 'name', name };
}

/** SQLite allows two constraints of one CREATE TABLE to have the same name. */
export function isNameTwice({ primaryKey, uniques, checks, foreignKeys }: Table, name: string): boolean {
  const all = [primaryKey, ...uniques, ...checks, ...foreignKeys].map((constraint) => constraint?.name ?? '');
  return all.filter((other) => sameName(other, name)).length > 1;
}
