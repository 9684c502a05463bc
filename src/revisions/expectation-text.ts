import type { Direction, RevisionBody, RowExpectation } from './revision.ts';

/** The line that announces lost rows, as the format of a revision has it. */
export function expectationText(
  { table, rows }: RowExpectation,
  format: RevisionBody['kind'],
  direction: Direction,
): string {
  if (format === 'sql') return sqlExpectation({ table, rows });
  const key = /^[A-Za-z_]\w*$/.test(table) ? table : JSON.stringify(table);
  return `export const expect = { ${direction}: { ${key}: ${typeof rows === 'number' ? rows : `'${rows}'`} } };`;
}

export function sqlExpectation({ table, rows }: RowExpectation): string {
  const name = /^[^\s"]+$/.test(table) ? table : `"${table.replaceAll('"', '""')}"`;
  return `-- expect: rows ${name} ${rows}`;
}
