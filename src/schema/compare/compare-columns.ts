import { foldName, sameName } from '../names.ts';
import { keyOf, sameExpression } from '../normalise/normalise.ts';
import { sameType } from '../normalise/normalise-type.ts';
import type { Column, Table } from '../normalised.ts';
import { type Pair, pairByName } from './compare-names.ts';
import type { SchemaDifference } from './difference.ts';

/** Differences of the columns of one table, each column's in the order of the wanted table. */
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
    const sentence = `column ${table}.${name} is ${from === undefined ? 'missing' : 'there and should not be'}`;
    return [{ kind: 'column', table, name, from, to, sentence }];
  }
  const column = `column ${table}.${to.name}`;
  const found: [kind: 'type' | 'nullability' | 'default' | 'collation' | 'generated', sentence: string][] = [];
  if (!sameType(from.type, to.type)) {
    found.push(['type', `${column} is ${typeWords(from)} and should be ${typeWords(to)}`]);
  }
  if (from.notNull !== to.notNull) {
    found.push([
      'nullability',
      `${column} ${nullWords(from, 'allows NULL', 'is')} and should ${nullWords(to, 'allow NULL', 'be')}`,
    ]);
  }
  if (!sameExpression(from.default, to.default)) {
    found.push(['default', `${column} has ${defaultWords(from)} and should have ${defaultWords(to)}`]);
  }
  if (from.collation !== to.collation) {
    found.push(['collation', `${column} collates ${from.collation} and should collate ${to.collation}`]);
  }
  if (
    from.generated?.kind !== to.generated?.kind ||
    keyOf(from.generated?.expression) !== keyOf(to.generated?.expression)
  ) {
    found.push(['generated', `${column} ${generatedWords(from, 'is')} and should ${generatedWords(to, 'be')}`]);
  }
  const differences: SchemaDifference[] = found.map(([kind, sentence]) => ({
    kind,
    table,
    name: to.name,
    from,
    to,
    sentence,
  }));
  if (from.name === to.name) return differences;
  const sentence = `${column} is spelt ${from.name}`;
  return [{ kind: 'spelling', table, name: to.name, from, to, sentence }, ...differences];
}

/** Compares only columns that both tables have; the others are already reported. */
function compareOrder(from: Table, to: Table): SchemaDifference[] {
  const shared = (table: Table, other: Table) =>
    table.columns
      .map(({ name }) => foldName(name))
      .filter((name) => other.columns.some((column) => foldName(column.name) === name));
  const [is, should] = [shared(from, to), shared(to, from)];
  if (is.join('\0') === should.join('\0')) return [];
  const sentence = `the columns of ${to.name} stand in another order: ${is.join(', ')} instead of ${should.join(', ')}`;
  return [{ kind: 'order', table: to.name, name: to.name, from, to, sentence }];
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
