import type { BrokenExpectation, Direction, Expectation, NullsExpectation, RevisionBody } from './revision.ts';

/** The line that announces a loss, as the format of a revision has it. */
export function expectationText(expectation: Expectation, format: RevisionBody['kind'], direction: Direction): string {
  if (format === 'sql' && isInSql(expectation)) return sqlExpectation(expectation);
  const [subject, value] = inModule(expectation);
  const key = /^[A-Za-z_]\w*$/.test(subject) ? subject : JSON.stringify(subject);
  return `export const expect = { ${direction}: { ${key}: ${typeof value === 'number' ? value : `'${value}'`} } };`;
}

function inModule(expectation: Expectation): readonly [subject: string, value: string | number] {
  if ('rows' in expectation) return [expectation.table, expectation.rows];
  return 'nulls' in expectation ? [columnText(expectation), 'nulls'] : [expectation.broken, 'broken'];
}

/** Whether a comment can hold it: a name may have a line end, or be empty. */
export function isInSql(expectation: Expectation): boolean {
  return namesIn(expectation).every((name) => name !== '' && !/[\n\r]/.test(name));
}

function namesIn(expectation: Expectation): readonly string[] {
  if ('broken' in expectation) return [expectation.broken];
  return 'nulls' in expectation ? [expectation.table, expectation.nulls] : [expectation.table];
}

export function sqlExpectation(expectation: Expectation): string {
  const bare = /^[^\s"]+$/;
  if ('rows' in expectation) return `-- expect: rows ${nameText(expectation.table, bare)} ${expectation.rows}`;
  if ('nulls' in expectation) return `-- expect: nulls ${columnText(expectation)}`;
  const { kind = 'view', broken } = expectation;
  return `-- expect: broken ${kind.replace(' ', '-')} ${nameText(broken, bare)}`;
}

/** @returns Undefined if the text is not the kind and name of something that can be broken: `view names`. */
export function readBroken(text: string): BrokenExpectation | undefined {
  const [, kind, quoted, bare] = /^(view|trigger|foreign-key)\s+(?:"((?:[^"]|"")+)"|([^\s"]+))$/.exec(text) ?? [];
  const broken = quoted?.replaceAll('""', '"') ?? bare;
  if (broken === undefined) return undefined;
  return { broken, kind: kind === 'view' || kind === 'trigger' ? kind : 'foreign key' };
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
