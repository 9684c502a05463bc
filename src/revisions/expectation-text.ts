import type { Direction, Expectation, NullsExpectation, RevisionBody } from './revision.ts';

/** The line that announces a loss, as the format of a revision has it. */
export function expectationText(expectation: Expectation, format: RevisionBody['kind'], direction: Direction): string {
  if (format === 'sql') return sqlExpectation(expectation);
  const [subject, value] =
    'rows' in expectation ? [expectation.table, expectation.rows] : [columnText(expectation), 'nulls'];
  const key = /^[A-Za-z_]\w*$/.test(subject) ? subject : JSON.stringify(subject);
  return `export const expect = { ${direction}: { ${key}: ${typeof value === 'number' ? value : `'${value}'`} } };`;
}

export function sqlExpectation(expectation: Expectation): string {
  return 'rows' in expectation
    ? `-- expect: rows ${nameText(expectation.table, /^[^\s"]+$/)} ${expectation.rows}`
    : `-- expect: nulls ${columnText(expectation)}`;
}

/** `table.column`, each quoted if it needs to be. */
const columnPattern = /^(?:"((?:[^"]|"")+)"|([^\s".]+))\.(?:"((?:[^"]|"")+)"|([^\s".]+))$/;

/** @returns Undefined if the text is no `table.column`. */
export function readNulls(text: string): NullsExpectation | undefined {
  const [, quotedTable, bareTable, quotedColumn, bareColumn] = columnPattern.exec(text) ?? [];
  const table = quotedTable?.replaceAll('""', '"') ?? bareTable;
  const nulls = quotedColumn?.replaceAll('""', '"') ?? bareColumn;
  return table === undefined || nulls === undefined ? undefined : { table, nulls };
}

function columnText({ table, nulls }: NullsExpectation): string {
  return [table, nulls].map((name) => nameText(name, /^[^\s".]+$/)).join('.');
}

function nameText(name: string, bare: RegExp): string {
  return bare.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}
