/** Which tables a replayed step touches, and how. */
import { type Stmt, traverse } from 'sqlite3-parser';
import type { LintStep } from '../lint/lint-step.ts';
import { foldName } from '../schema/names.ts';
import type { Work } from './previewed.ts';

/** All work on each table, by its folded name; includes repetitions and new tables. */
export type TouchedTables = ReadonlyMap<string, readonly Work[]>;

export function touchedTables({ statements, operations }: Pick<LintStep, 'statements' | 'operations'>): TouchedTables {
  const touched = new Map<string, Work[]>();
  const add = (table: string, work: Work) => {
    const key = foldName(table);
    touched.set(key, [...(touched.get(key) ?? []), work]);
  };
  for (const { table, method, operation } of operations) {
    add(table, method === 'rebuild' ? 'rebuild' : operation === 'createIndex' ? 'index' : 'schema');
  }
  for (const { parsed, origin } of statements) {
    // An operation's note covers its inner statements, and it copies no rows beyond those in the note.
    if (parsed === undefined || (origin === 'operation' && parsed.type !== 'UpdateStmt')) continue;
    for (const [table, work] of workOf(parsed)) add(table, work);
  }
  return touched;
}

function workOf(statement: Stmt): (readonly [table: string, work: Work])[] {
  switch (statement.type) {
    case 'AlterTableStmt':
    case 'CreateTriggerStmt':
    case 'DropTableStmt':
      return [[statement.tblName.objName.text, 'schema']];
    case 'CreateIndexStmt':
      return [[statement.tblName.text, 'index']];
    case 'UpdateStmt':
    case 'DeleteStmt':
      return [[statement.tblName.objName.text, 'rows']];
    case 'InsertStmt':
      return [
        [statement.tblName.objName.text, 'schema'],
        ...sourcesOf(statement).map((table) => [table, 'rows'] as const),
      ];
    default:
      return [];
  }
}

/** The tables that an INSERT … SELECT copies from. */
function sourcesOf(statement: Stmt): string[] {
  const tables: string[] = [];
  traverse(statement, {
    nodes: {
      TableSelectTable({ tblName }) {
        tables.push(tblName.objName.text);
      },
    },
  });
  return tables;
}
