/** The parts of a CREATE TABLE statement and their positions in its text. */
import type { ColumnConstraint, ColumnDefinition, TableConstraint } from 'sqlite3-parser';
import { DrydockError, invariant } from '../../errors.ts';
import { sameName } from '../names.ts';
import { parseStmt } from '../parse.ts';
import type { TextRange, Token } from './edit-text.ts';
import { textAt, wordsOf } from './edit-text.ts';

/** A constraint of a column or of the table, including its `CONSTRAINT name`, if any. */
export interface ConstraintText extends TextRange {
  readonly name: string | undefined;
  /** Where it begins after its name. */
  readonly keyword: number;
  readonly node: ColumnConstraint | TableConstraint;
}

export interface ColumnText extends TextRange {
  readonly name: string;
  /** The declared type; an empty place after the column's name if there is none. */
  readonly type: TextRange;
  readonly constraints: readonly ConstraintText[];
}

/** A parsed CREATE TABLE. */
export interface TableText {
  readonly sql: string;
  readonly columns: readonly ColumnText[];
  readonly constraints: readonly ConstraintText[];
  /** The comma or parenthesis after the last column. */
  readonly columnsEnd: number;
  readonly open: number;
  readonly close: number;
}

/**
 * @param sql The `sql` of a table's row in sqlite_schema. https://sqlite.org/schematab.html
 * @throws {DrydockError} If it cannot be parsed, or is a virtual table.
 */
export function parseTable(sql: string): TableText {
  const { body, nameEnd } = parseCreate(sql);
  const words = wordsOf(sql);
  const open = words.find(({ kind, start }) => kind === 'LP' && start >= nameEnd);
  invariant(open !== undefined, `no parenthesis in ${sql}`);
  const { commas, close } = separators(words, open);
  const ends = [...commas, close];
  const columns = body.columns.map((node, index) => columnText(sql, words, node, ends[index] ?? close));
  const starts = (body.constraints ?? []).map((node) => constraintStart(words, node));
  const constraints = (body.constraints ?? []).map(
    ({ name, constraint, span }, index): ConstraintText => ({
      start: starts[index] ?? span.offset,
      end: lastEnd(words, starts[index + 1] ?? close),
      name: name?.text,
      keyword: span.offset,
      node: constraint,
    }),
  );
  return { sql, columns, constraints, columnsEnd: ends[columns.length - 1] ?? close, open: open.start, close };
}

/** @throws {DrydockError} If the table has no such column. */
export function findColumn(table: TableText, name: string): ColumnText {
  const found = table.columns.find((column) => sameName(column.name, name));
  if (found !== undefined) return found;
  throw new DrydockError('REVISION_FAILED', { what: `there is no column ${JSON.stringify(name)} in ${table.sql}` });
}

function parseCreate(sql: string) {
  const parsed = parseStmt(sql);
  if (parsed.status === 'error') {
    const reason = parsed.errors[0]?.message ?? 'no reason given';
    throw new DrydockError('REVISION_FAILED', {
      what: `Drydock cannot parse this table's SQL, ${JSON.stringify(sql)}: ${reason}`,
      next: 'Fix the SQL that the revision passes, or write the change as SQL, as described at https://sqlite.org/lang_altertable.html',
    });
  }
  const statement = parsed.root;
  if (statement?.type === 'CreateTableStmt' && statement.body.type === 'ColumnsAndConstraintsCreateTableBody') {
    const { span } = statement.tblName.objName;
    return { body: statement.body, nameEnd: span.offset + span.length };
  }
  throw new DrydockError('REVISION_FAILED', {
    what: `only an ordinary table's columns and constraints can be changed, and this is not one: ${JSON.stringify(sql)}`,
  });
}

/** The commas between columns and constraints, and the parenthesis that closes the list. */
function separators(words: readonly Token[], open: Token): { commas: number[]; close: number } {
  const commas: number[] = [];
  let depth = 0;
  for (const { kind, start } of words.filter((word) => word.start >= open.start)) {
    if (kind === 'LP') depth += 1;
    else if (kind === 'RP' && depth === 1) return { commas, close: start };
    else if (kind === 'RP') depth -= 1;
    else if (kind === 'COMMA' && depth === 1) commas.push(start);
  }
  throw new Error('a CREATE TABLE that parses has a closing parenthesis');
}

function columnText(sql: string, words: readonly Token[], node: ColumnDefinition, separator: number): ColumnText {
  const end = lastEnd(words, separator);
  const type = typePlace(sql, node);
  const starts = node.constraints.map((constraint) => constraintStart(words, constraint));
  // The grammar reads GENERATED ALWAYS as the end of the type; it belongs to the constraint that follows.
  const [first] = starts;
  const wordBehindType = words.find((word) => word.start >= type.end)?.start;
  if (cutWord(typeText(sql, node), 'always') !== undefined && first !== undefined && wordBehindType !== undefined) {
    starts[0] = wordBehindType;
  }
  const constraints = node.constraints.map(
    ({ name, constraint, span }, index): ConstraintText => ({
      start: starts[index] ?? span.offset,
      end: lastEnd(words, starts[index + 1] ?? separator),
      name: name?.text,
      keyword: span.offset,
      node: constraint,
    }),
  );
  return { start: node.colName.span.offset, end, name: node.colName.text, type, constraints };
}

function constraintStart(
  words: readonly Token[],
  {
    name,
    span,
  }: {
    readonly name: { readonly span: { readonly offset: number } } | undefined;
    readonly span: { readonly offset: number };
  },
): number {
  if (name === undefined) return span.offset;
  const at = words.findIndex(({ start }) => start === name.span.offset);
  const keyword = words[at - 1];
  invariant(keyword?.kind === 'CONSTRAINT', 'the name of a constraint stands behind CONSTRAINT');
  return keyword.start;
}

/** The end of the last word before an offset, not counting commas. */
function lastEnd(words: readonly Token[], before: number): number {
  const last = words.findLast(({ kind, end }) => end <= before && kind !== 'COMMA');
  invariant(last !== undefined, `nothing stands before offset ${before}`);
  return last.end;
}

function typePlace(sql: string, { colName, colType }: ColumnDefinition): TextRange {
  const nameEnd = colName.span.offset + colName.span.length;
  if (colType === undefined) return { start: nameEnd, end: nameEnd };
  const { offset, length } = colType.span;
  const type = withoutGeneratedAlways(textAt(sql, { start: offset, end: offset + length }));
  return type === '' ? { start: nameEnd, end: nameEnd } : { start: offset, end: offset + type.length };
}

function typeText(sql: string, { colType }: ColumnDefinition): string {
  return colType === undefined ? '' : sql.slice(colType.span.offset, colType.span.offset + colType.span.length);
}

/** sqlite3AddColumn (build.c) cuts off these words, which the grammar reads as part of the type. This does the same. */
function withoutGeneratedAlways(type: string): string {
  const untilAlways = cutWord(type, 'always');
  if (untilAlways === undefined) return type;
  return cutWord(untilAlways, 'generated') ?? untilAlways;
}

function cutWord(text: string, word: string): string | undefined {
  return text.toLowerCase().endsWith(word) ? text.slice(0, -word.length).trimEnd() : undefined;
}
