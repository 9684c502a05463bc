/** Indexes, views, triggers and virtual tables from their stored SQL. */

import { traverse } from 'sqlite3-parser';
import type { Expression, Index, Table, Trigger, View, VirtualTable } from '../normalised.ts';
import { canonicalTokens, expressionOf, type Spelling } from './normalise.ts';
import {
  behindParentheses,
  itemsInParentheses,
  parseStored,
  textAfter,
  unreadable,
  withoutFirstWord,
} from './normalise-parse.ts';

/**
 * @param table The index's table, whose columns its expressions refer to.
 * @throws {DrydockError} FAULT if the text cannot be parsed, here as in the functions below.
 */
export function indexOf(name: string, table: Table, sql: string): Index {
  const statement = parseStored(sql);
  if (statement.type !== 'CreateIndexStmt') throw unreadable(sql, 'it is no CREATE INDEX');
  const spelling: Spelling = { names: 'folded', columns: [...table.columns.map((column) => column.name), table.name] };
  const afterTable = textAfter(sql, statement.tblName.span);
  return {
    name,
    table: table.name,
    sql,
    unique: statement.unique,
    terms: itemsInParentheses(afterTable).map((item) => termOf(item, spelling)),
    where:
      statement.whereClause === undefined
        ? undefined
        : expressionOf(withoutFirstWord(behindParentheses(afterTable)), spelling),
  };
}

/** The names in a view or trigger that are certain to be names: of columns that it makes, of tables, aliases. */
export function namesIn(sql: string): string[] {
  const names: string[] = [];
  traverse(parseStored(sql), {
    enter(node) {
      if (node.type === 'Name') names.push(node.text);
      return 'continue';
    },
  });
  return names;
}

/** @param columns See {@link Spelling}, here as for triggers: whatever can be a name in any part of the schema. */
export function viewOf(name: string, sql: string, columns?: readonly string[]): View {
  const statement = parseStored(sql);
  if (statement.type !== 'CreateViewStmt') throw unreadable(sql, 'it is no CREATE VIEW');
  const body = textAfter(sql, statement.viewName.span).trim();
  return { name, sql, body: { sql: body, tokens: canonicalTokens(body, { names: 'exact', columns }) } };
}

export function triggerOf(name: string, table: string, sql: string, columns?: readonly string[]): Trigger {
  const statement = parseStored(sql);
  if (statement.type !== 'CreateTriggerStmt') throw unreadable(sql, 'it is no CREATE TRIGGER');
  const body = textAfter(sql, statement.triggerName.span).trim();
  return {
    name,
    table,
    sql,
    body: { sql: body, tokens: spelledOut(canonicalTokens(body, { names: 'folded', columns })) },
  };
}

export function virtualTableOf(name: string, sql: string): VirtualTable {
  const statement = parseStored(sql);
  if (statement.type !== 'CreateVirtualTableStmt') throw unreadable(sql, 'it is no CREATE VIRTUAL TABLE');
  // Only the module knows what its arguments mean, so their quoting and letter case stay.
  const argumentsOf = (statement.args ?? []).map((argument) => argument.trim().replace(/\s+/g, ' '));
  const body = `using ${statement.moduleName.text}(${argumentsOf.join(', ')})`;
  return { name, sql, body: { sql: body, tokens: [statement.moduleName.text.toLowerCase(), ...argumentsOf] } };
}

/** One key of an index; ASC is the default. */
function termOf(sql: string, spelling: Spelling): Expression {
  const { tokens } = expressionOf(sql, spelling);
  const heeded = tokens.at(-1) === 'asc' ? tokens.slice(0, -1) : tokens;
  return { sql, tokens: heeded };
}

/** BEFORE and FOR EACH ROW are the defaults. https://sqlite.org/lang_createtrigger.html */
function spelledOut(tokens: readonly string[]): string[] {
  const begin = tokens.indexOf('begin');
  const [head, actions] = [tokens.slice(0, begin), tokens.slice(begin)];
  const each = head.findIndex((token, at) => token === 'for' && head[at + 1] === 'each' && head[at + 2] === 'row');
  const heeded = each === -1 ? head : [...head.slice(0, each), ...head.slice(each + 3)];
  const isTimed = /^(?:before|after|instead)$/.test(heeded[0] ?? '');
  return [...(isTimed ? [] : ['before']), ...heeded, ...actions];
}
