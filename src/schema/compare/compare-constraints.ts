import { foldName, sameName } from '../names.ts';
import { keyOf } from '../normalise/normalise.ts';
import type { Check, ForeignKey, KeyColumn, PrimaryKey, Schema, Table, Unique } from '../normalised.ts';
import { type Pair, pairByLikeness } from './compare-names.ts';
import { differenceWords, existenceWords, type SchemaDifference } from './difference.ts';

/** A table and its schema, in which its foreign keys are resolved. */
export interface Side {
  readonly table: Table;
  readonly schema: Schema;
}

/** Differences between the constraints of one table: primary key, UNIQUE, CHECK, foreign keys. */
export function compareConstraints(from: Side, to: Side): SchemaDifference[] {
  const table = to.table.name;
  return [
    ...comparePrimaryKeys(table, from.table.primaryKey, to.table.primaryKey),
    ...differing(pairUniques(from.table.uniques, to.table.uniques), uniqueKey).flatMap((pair) =>
      told(table, 'unique', pair, uniqueWords),
    ),
    ...differing(pairChecks(from.table.checks, to.table.checks), checkKey).flatMap((pair) =>
      told(table, 'check', pair, checkWords),
    ),
    ...compareForeignKeys(from, to),
  ];
}

export function pairChecks(from: readonly Check[], to: readonly Check[]): Pair<Check>[] {
  return pairByLikeness(from, to, [checkKey, nameKey, ({ expression }) => keyOf(expression)]);
}

/** Pairs foreign keys. One without a partner, or whose partner fails `sameForeignKey`, is a difference. */
export function pairForeignKeys(from: Side, to: Side): Pair<ForeignKey>[] {
  const resolved = new Map([...resolveParents(from), ...resolveParents(to)]);
  return pairByLikeness(from.table.foreignKeys, to.table.foreignKeys, [
    foreignKeyKey,
    (key) => resolved.get(key),
    nameKey,
    ({ columns }) => namesKey(columns),
  ]);
}

/** A string that is the same for two checks exactly if they are equal. */
export function checkKey({ name, expression }: Check): string {
  return JSON.stringify([foldName(name ?? ''), expression.tokens]);
}

/** Whether two foreign keys are equal, also if only one of them names its parent's primary key. */
export function sameForeignKey(from: ForeignKey, to: ForeignKey, fromSide: Side, toSide: Side): boolean {
  return (
    foreignKeyKey(from) === foreignKeyKey(to) || resolveParents(fromSide).get(from) === resolveParents(toSide).get(to)
  );
}

/** The key of each foreign key, with its parent's primary key filled in if it names no columns. */
function resolveParents({ table, schema }: Side): Map<ForeignKey, string> {
  return new Map(
    table.foreignKeys.map((key) => {
      const parent = schema.tables.find(({ name }) => sameName(name, key.parent));
      const parentColumns = key.parentColumns ?? parent?.primaryKey?.columns.map(({ name }) => name);
      return [key, foreignKeyKey({ ...key, parentColumns })];
    }),
  );
}

function foreignKeyKey(key: ForeignKey): string {
  const { name, columns, parent, parentColumns, onDelete, onUpdate, deferred } = key;
  const names = [columns, [parent], parentColumns ?? []].map(namesKey);
  return JSON.stringify([foldName(name ?? ''), names, onDelete, onUpdate, deferred]);
}

function comparePrimaryKeys(
  table: string,
  from: PrimaryKey | undefined,
  to: PrimaryKey | undefined,
): SchemaDifference[] {
  const isSame = from === to || (from !== undefined && to !== undefined && primaryKeyKey(from) === primaryKeyKey(to));
  const differences = isSame ? [] : told(table, 'primaryKey', { from, to }, primaryKeyWords);
  if ((from?.autoincrement ?? false) === (to?.autoincrement ?? false)) return differences;
  const key = `the primary key of ${table} is`;
  const words =
    to?.autoincrement === true
      ? differenceWords(`${key} not AUTOINCREMENT`, 'be')
      : differenceWords(`${key} AUTOINCREMENT`, 'not be');
  return [...differences, { kind: 'autoincrement', table, name: table, from, to, ...words }];
}

function compareForeignKeys(from: Side, to: Side): SchemaDifference[] {
  return pairForeignKeys(from, to).flatMap((pair) =>
    pair.from !== undefined && pair.to !== undefined && sameForeignKey(pair.from, pair.to, from, to)
      ? []
      : told(to.table.name, 'foreignKey', pair, foreignKeyWords),
  );
}

type Kinds = { unique: Unique; check: Check; foreignKey: ForeignKey; primaryKey: PrimaryKey };

function told<Kind extends keyof Kinds>(
  table: string,
  kind: Kind,
  { from, to }: Pair<Kinds[Kind]>,
  wordsOf: (thing: Kinds[Kind]) => string,
): Extract<SchemaDifference, { kind: Kind }>[] {
  const [is, should] = [from, to].map((thing) => (thing === undefined ? undefined : wordsOf(thing)));
  const name = (to ?? from)?.name ?? should ?? is;
  if (name === undefined) return [];
  const subject = `${is ?? should} of ${table}`;
  const words =
    is === undefined || should === undefined
      ? existenceWords(subject, is)
      : { sentence: `${subject} should be ${should}`, change: `${subject} will be ${should}` };
  // The compiler cannot follow an index by a type parameter.
  return [{ kind, table, name, from, to, ...words } as Extract<SchemaDifference, { kind: Kind }>];
}

function differing<T>(pairs: readonly Pair<T>[], keyOfOne: (thing: T) => string): Pair<T>[] {
  return pairs.filter(({ from, to }) => from === undefined || to === undefined || keyOfOne(from) !== keyOfOne(to));
}

function nameKey({ name }: { readonly name: string | undefined }): string | undefined {
  return name === undefined ? undefined : foldName(name);
}

function namesKey(names: readonly string[]): string {
  return JSON.stringify(names.map(foldName));
}

function pairUniques(from: readonly Unique[], to: readonly Unique[]): Pair<Unique>[] {
  return pairByLikeness(from, to, [uniqueKey, nameKey, ({ columns }) => columnsKey(columns)]);
}

function uniqueKey({ name, columns, onConflict }: Unique): string {
  return JSON.stringify([foldName(name ?? ''), columnsKey(columns), onConflict]);
}

function primaryKeyKey({ name, columns, onConflict, isRowid }: PrimaryKey): string {
  return JSON.stringify([foldName(name ?? ''), columnsKey(columns), onConflict, isRowid]);
}

function columnsKey(columns: readonly KeyColumn[]): string {
  return JSON.stringify(columns.map(({ name, collation, descending }) => [foldName(name), collation, descending]));
}

function uniqueWords(unique: Unique): string {
  return `${named(unique)}UNIQUE (${columnWords(unique.columns)})${conflictWords(unique)}`;
}

function primaryKeyWords(key: PrimaryKey): string {
  const kind = key.isRowid ? ', the rowid' : '';
  return `${named(key)}PRIMARY KEY (${columnWords(key.columns)}${kind})${conflictWords(key)}`;
}

function checkWords(check: Check): string {
  return `${named(check)}CHECK (${check.expression.sql})`;
}

function foreignKeyWords(key: ForeignKey): string {
  const parentColumns = key.parentColumns === undefined ? '' : ` (${key.parentColumns.join(', ')})`;
  const options = [
    key.onDelete === 'NO ACTION' ? '' : ` ON DELETE ${key.onDelete}`,
    key.onUpdate === 'NO ACTION' ? '' : ` ON UPDATE ${key.onUpdate}`,
    key.deferred ? ' DEFERRABLE INITIALLY DEFERRED' : '',
  ];
  return `${named(key)}FOREIGN KEY (${key.columns.join(', ')}) REFERENCES ${key.parent}${parentColumns}${options.join('')}`;
}

function named({ name }: { readonly name: string | undefined }): string {
  return name === undefined ? '' : `${name} `;
}

function conflictWords({ onConflict }: Unique | PrimaryKey): string {
  return onConflict === 'ABORT' ? '' : ` ON CONFLICT ${onConflict}`;
}

function columnWords(columns: readonly KeyColumn[]): string {
  return columns
    .map(({ name, collation, descending }) =>
      [name, collation === undefined ? '' : ` COLLATE ${collation}`, descending ? ' DESC' : ''].join(''),
    )
    .join(', ');
}
