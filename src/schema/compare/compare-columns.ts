import { foldName, sameName } from '../names.ts';
import { keyOf, sameExpression } from '../normalise/normalise.ts';
import { sameType } from '../normalise/normalise-type.ts';
import type { Column, Table } from '../normalised.ts';
import { type Pair, pairByName } from './compare-names.ts';
import { differenceWords, existenceWords, type SchemaDifference, spellingWords, type Words } from './difference.ts';

/** Differences between the columns of one table, in the order of the desired table. */
export function compareColumns(from: Table, to: Table): SchemaDifference[] {
  const position = (name: string) => to.columns.findIndex((column) => sameName(column.name, name));
  const pairs = pairByName(from.columns, to.columns).sort(
    (one, other) => position(nameOf(one)) - position(nameOf(other)),
  );
  return [...pairs.flatMap((pair) => compareColumn(to.name, pair)), ...compareOrder(from, to)];
}

function nameOf({ from, to }: Pair<Column>): string {
  return (to ?? from)?.name ?? '';
}

function compareColumn(table: string, { from, to }: Pair<Column>): SchemaDifference[] {
  if (from === undefined || to === undefined) {
    const name = (to ?? from)?.name ?? '';
    return [{ kind: 'column', table, name, from, to, ...existenceWords(`column ${table}.${name}`, from) }];
  }
  const { name } = to;
  const column = `column ${table}.${name}`;
  const differences: SchemaDifference[] = [];
  const add = (kind: 'spelling' | 'type' | 'nullability' | 'default' | 'collation' | 'generated', words: Words) =>
    differences.push({ kind, table, name, from, to, ...words });
  if (from.name !== name) add('spelling', spellingWords(`column ${table}.`, from.name, name));
  if (!sameType(from.type, to.type)) {
    add('type', differenceWords(`${column} is ${typeWords(from)}`, `be ${typeWords(to)}`));
  }
  if (from.notNull !== to.notNull) {
    const [is, be] = [nullWords(from, 'allows NULL', 'is'), nullWords(to, 'allow NULL', 'be')];
    add('nullability', differenceWords(`${column} ${is}`, be));
  }
  if (!sameExpression(from.default, to.default)) {
    add('default', differenceWords(`${column} has ${defaultWords(from)}`, `have ${defaultWords(to)}`));
  }
  if (from.collation !== to.collation) {
    add('collation', differenceWords(`${column} collates ${from.collation}`, `collate ${to.collation}`));
  }
  if (
    from.generated?.kind !== to.generated?.kind ||
    keyOf(from.generated?.expression) !== keyOf(to.generated?.expression)
  ) {
    add('generated', differenceWords(`${column} ${generatedWords(from, 'is')}`, generatedWords(to, 'be')));
  }
  return differences;
}

/** Compares only columns that both tables have; the others are already reported. */
function compareOrder(from: Table, to: Table): SchemaDifference[] {
  const shared = (table: Table, other: Table) =>
    table.columns
      .map(({ name }) => foldName(name))
      .filter((name) => other.columns.some((column) => foldName(column.name) === name));
  const [is, should] = [shared(from, to), shared(to, from)].map((names) => names.join(', '));
  if (is === should) return [];
  const beginning = `the columns of ${to.name} are in another order`;
  const sentence = `${beginning}: ${is} instead of ${should}`;
  const change = `${beginning}: ${should} instead of ${is}`;
  return [{ kind: 'order', table: to.name, name: to.name, from, to, sentence, change }];
}

function typeWords({ type }: Column): string {
  return type === '' ? 'without a type' : type;
}

function nullWords({ notNull }: Column, allows: string, is: string): string {
  if (notNull === undefined) return allows;
  return notNull === 'ABORT' ? `${is} NOT NULL` : `${is} NOT NULL ON CONFLICT ${notNull}`;
}

function defaultWords({ default: value }: Column): string {
  return value === undefined ? 'no default' : `the default ${value.sql}`;
}

function generatedWords({ generated }: Column, is: string): string {
  return generated === undefined
    ? `${is} an ordinary column`
    : `${is} generated (${generated.kind}) as ${generated.expression.sql}`;
}
