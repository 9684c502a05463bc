import { foldName } from '../names.ts';
import { keyOf } from '../normalise/normalise.ts';
import type { Index, Schema, Table, Trigger, View, VirtualTable } from '../normalised.ts';
import { compareColumns } from './compare-columns.ts';
import { compareConstraints } from './compare-constraints.ts';
import { type Pair, pairByName } from './compare-names.ts';
import type { SchemaDifference } from './difference.ts';

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
  return [{ kind: 'table', table: name, name, from, to, sentence: `table ${name} ${existence(from)}` }];
}

function compareTables({ from, to }: Pair<Table>, fromSchema: Schema, toSchema: Schema): SchemaDifference[] {
  if (from === undefined || to === undefined) return [];
  const { name } = to;
  const differences: SchemaDifference[] = [];
  const add = (kind: 'strict' | 'withoutRowid' | 'spelling', sentence: string) =>
    differences.push({ kind, table: name, name, from, to, sentence });
  if (from.name !== name) add('spelling', `table ${name} is spelt ${from.name}`);
  if (from.strict !== to.strict) add('strict', optionWords(name, 'STRICT', to.strict));
  if (from.withoutRowid !== to.withoutRowid) add('withoutRowid', optionWords(name, 'WITHOUT ROWID', to.withoutRowid));
  return [
    ...differences,
    ...compareColumns(from, to),
    ...compareConstraints({ table: from, schema: fromSchema }, { table: to, schema: toSchema }),
  ];
}

function optionWords(table: string, option: string, wanted: boolean): string {
  return wanted ? `table ${table} is not ${option} and should be` : `table ${table} is ${option} and should not be`;
}

function compareIndexes({ from, to }: Pair<Index>): SchemaDifference[] {
  const { name, table } = to ?? from ?? { name: '', table: '' };
  const told = (sentence: string): SchemaDifference[] => [{ kind: 'index', table, name, from, to, sentence }];
  if (from === undefined || to === undefined) return told(`index ${name} on ${table} ${existence(from)}`);
  return indexKey(from) === indexKey(to)
    ? []
    : told(`index ${name} is ${indexWords(from)} and should be ${indexWords(to)}`);
}

function compareViews({ from, to }: Pair<View>): SchemaDifference[] {
  const { name } = to ?? from ?? { name: '' };
  const told = (sentence: string): SchemaDifference[] => [{ kind: 'view', table: name, name, from, to, sentence }];
  if (from === undefined || to === undefined) return told(`view ${name} ${existence(from)}`);
  return keyOf(from.body) === keyOf(to.body) ? [] : told(`view ${name} is not defined as it should be`);
}

function compareTriggers({ from, to }: Pair<Trigger>): SchemaDifference[] {
  const { name, table } = to ?? from ?? { name: '', table: '' };
  const told = (sentence: string): SchemaDifference[] => [{ kind: 'trigger', table, name, from, to, sentence }];
  if (from === undefined || to === undefined) return told(`trigger ${name} on ${table} ${existence(from)}`);
  return keyOf(from.body) === keyOf(to.body) ? [] : told(`trigger ${name} on ${table} is not defined as it should be`);
}

function compareVirtualTables({ from, to }: Pair<VirtualTable>): SchemaDifference[] {
  const { name } = to ?? from ?? { name: '' };
  const told = (sentence: string): SchemaDifference[] => [
    { kind: 'virtualTable', table: name, name, from, to, sentence },
  ];
  if (from === undefined || to === undefined) return told(`virtual table ${name} ${existence(from)}`);
  if (keyOf(from.body) === keyOf(to.body)) return [];
  return told(`virtual table ${name} is ${from.body.sql} and should be ${to.body.sql}`);
}

function existence(from: unknown): string {
  return from === undefined ? 'is missing' : 'is there and should not be';
}

function indexKey({ table, unique, terms, where }: Index): string {
  return JSON.stringify([foldName(table), unique, terms.map(({ tokens }) => tokens), where?.tokens]);
}

function indexWords({ table, unique, terms, where }: Index): string {
  const columns = terms.map(({ sql }) => sql).join(', ');
  return `${unique ? 'UNIQUE ' : ''}on ${table} (${columns})${where === undefined ? '' : ` WHERE ${where.sql}`}`;
}
