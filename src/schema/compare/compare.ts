import { foldName } from '../names.ts';
import { keyOf } from '../normalise/normalise.ts';
import type { Index, Schema, Table, Trigger, View, VirtualTable } from '../normalised.ts';
import { compareColumns } from './compare-columns.ts';
import { compareConstraints } from './compare-constraints.ts';
import { type Pair, pairByName } from './compare-names.ts';
import { differenceWords, existenceWords, type SchemaDifference, spellingWords, type Words } from './difference.ts';

/**
 * All differences between two schemas, each with a sentence, in a fixed order: tables that one side lacks; table by table
 * its options, columns and constraints; then indexes, views, triggers and virtual tables, all by name.
 * @param from What is there.
 * @param to What should be there.
 */
export function compareSchemas(from: Schema, to: Schema): SchemaDifference[] {
  const tables = pairByName(from.tables, to.tables);
  return [
    ...tables.flatMap((pair) => compareExistence(pair)),
    ...tables.flatMap((pair) => compareTables(pair, from, to)),
    ...pairByName(from.indexes, to.indexes).flatMap((pair) => compareIndexes(pair)),
    ...pairByName(from.views, to.views).flatMap((pair) => compareViews(pair)),
    ...pairByName(from.triggers, to.triggers).flatMap((pair) => compareTriggers(pair)),
    ...pairByName(from.virtualTables, to.virtualTables).flatMap((pair) => compareVirtualTables(pair)),
  ];
}

function compareExistence({ from, to }: Pair<Table>): SchemaDifference[] {
  if (from !== undefined && to !== undefined) return [];
  const name = (to ?? from)?.name ?? '';
  return [{ kind: 'table', table: name, name, from, to, ...existenceWords(`table ${name}`, from) }];
}

function compareTables({ from, to }: Pair<Table>, fromSchema: Schema, toSchema: Schema): SchemaDifference[] {
  if (from === undefined || to === undefined) return [];
  const { name } = to;
  const differences: SchemaDifference[] = [];
  const add = (kind: 'strict' | 'withoutRowid' | 'spelling', words: Words) =>
    differences.push({ kind, table: name, name, from, to, ...words });
  if (from.name !== name) add('spelling', spellingWords('table ', from.name, name));
  if (from.strict !== to.strict) add('strict', optionWords(name, 'STRICT', to.strict));
  if (from.withoutRowid !== to.withoutRowid) add('withoutRowid', optionWords(name, 'WITHOUT ROWID', to.withoutRowid));
  return [
    ...differences,
    ...compareColumns(from, to),
    ...compareConstraints({ table: from, schema: fromSchema }, { table: to, schema: toSchema }),
  ];
}

function optionWords(table: string, option: string, wanted: boolean): Words {
  return wanted
    ? differenceWords(`table ${table} is not ${option}`, 'be')
    : differenceWords(`table ${table} is ${option}`, 'not be');
}

function compareIndexes({ from, to }: Pair<Index>): SchemaDifference[] {
  const { name, table } = to ?? from ?? { name: '', table: '' };
  const told = (words: Words): SchemaDifference[] => [{ kind: 'index', table, name, from, to, ...words }];
  if (from === undefined || to === undefined) return told(existenceWords(`index ${name} on ${table}`, from));
  return indexKey(from) === indexKey(to)
    ? []
    : told(differenceWords(`index ${name} is ${indexWords(from)}`, `be ${indexWords(to)}`));
}

function compareViews({ from, to }: Pair<View>): SchemaDifference[] {
  const { name } = to ?? from ?? { name: '' };
  const told = (words: Words): SchemaDifference[] => [{ kind: 'view', table: name, name, from, to, ...words }];
  if (from === undefined || to === undefined) return told(existenceWords(`view ${name}`, from));
  return keyOf(from.body) === keyOf(to.body) ? [] : told(definitionWords(`view ${name}`));
}

function compareTriggers({ from, to }: Pair<Trigger>): SchemaDifference[] {
  const { name, table } = to ?? from ?? { name: '', table: '' };
  const told = (words: Words): SchemaDifference[] => [{ kind: 'trigger', table, name, from, to, ...words }];
  if (from === undefined || to === undefined) return told(existenceWords(`trigger ${name} on ${table}`, from));
  return keyOf(from.body) === keyOf(to.body) ? [] : told(definitionWords(`trigger ${name} on ${table}`));
}

function compareVirtualTables({ from, to }: Pair<VirtualTable>): SchemaDifference[] {
  const { name } = to ?? from ?? { name: '' };
  const told = (words: Words): SchemaDifference[] => [{ kind: 'virtualTable', table: name, name, from, to, ...words }];
  if (from === undefined || to === undefined) return told(existenceWords(`virtual table ${name}`, from));
  if (keyOf(from.body) === keyOf(to.body)) return [];
  return told(differenceWords(`virtual table ${name} is ${from.body.sql}`, `be ${to.body.sql}`));
}

function definitionWords(subject: string): Words {
  return { sentence: `${subject} is not defined as it should be`, change: `${subject} is defined anew` };
}

function indexKey({ table, unique, terms, where }: Index): string {
  return JSON.stringify([foldName(table), unique, terms.map(({ tokens }) => tokens), where?.tokens]);
}

function indexWords({ table, unique, terms, where }: Index): string {
  const columns = terms.map(({ sql }) => sql).join(', ');
  return `${unique ? 'UNIQUE ' : ''}on ${table} (${columns})${where === undefined ? '' : ` WHERE ${where.sql}`}`;
}
