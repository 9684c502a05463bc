/**
 * Renames: two schemas cannot distinguish a rename from a drop and an add, and the difference is all of the data. So nothing
 * is guessed: what looks like a rename becomes a question, and the plan follows the answers.
 */
import { DrydockError } from '../errors.ts';
import { pairByName } from '../schema/compare/compare-names.ts';
import { sameName } from '../schema/names.ts';
import { sameType } from '../schema/normalise/normalise-type.ts';
import type { Column, Schema, Table } from '../schema/normalised.ts';
import { withRenames } from './with-renames.ts';

/** One table or column under two names. */
export type Rename =
  | { readonly kind: 'table'; readonly from: string; readonly to: string }
  /** `table` is the table's name in the desired schema. */
  | { readonly kind: 'column'; readonly table: string; readonly from: string; readonly to: string };

/** One thing is gone and a similar one is new; only a person can say whether they are the same. */
export type RenameQuestion = Rename & { readonly sentence: string };

/** `rename` keeps the data under the new name; `separate` drops the one and adds the other. */
export type RenameDecision = Rename & { readonly answer: 'rename' | 'separate' };

/**
 * What must be answered before changes can be planned. Questions about columns come only after those about tables are
 * answered, so ask until none are left.
 * @throws {DrydockError} USAGE for a decision to rename something that does not exist, or to a name that is taken.
 */
export function renameQuestions(from: Schema, to: Schema, decisions: readonly RenameDecision[]): RenameQuestion[] {
  const tables = unanswered(tableCandidates(from, to), decisions);
  if (tables.length > 0) return tables;
  const renamed = withRenames(from, acceptedRenames(from, to, decisions).filter(isOfTable));
  return unanswered(columnCandidates(renamed, to), decisions);
}

/**
 * The renames among the decisions, tables before columns.
 * @throws {DrydockError} USAGE as `renameQuestions` does.
 */
export function acceptedRenames(from: Schema, to: Schema, decisions: readonly RenameDecision[]): Rename[] {
  const accepted = decisions.filter(({ answer }) => answer === 'rename');
  const tables = accepted.filter(isOfTable);
  assertEachOnce(accepted);
  for (const rename of tables) {
    assertRename(rename, from.tables, to.tables, 'table');
  }
  const renamed = withRenames(from, tables);
  const columns = accepted.filter((rename) => !isOfTable(rename));
  for (const rename of columns) {
    const [old, wanted] = [renamed, to].map(({ tables: all }) =>
      all.find(({ name }) => rename.kind === 'column' && sameName(rename.table, name)),
    );
    assertRename(rename, old?.columns ?? [], wanted?.columns ?? [], 'column');
  }
  return [...tables, ...columns];
}

/** The same renames in the other direction. */
export function inverseOf(renames: readonly Rename[]): Rename[] {
  const tables = renames.filter(isOfTable);
  const oldName = (table: string) => tables.find(({ to }) => sameName(to, table))?.from ?? table;
  return renames.map((rename) => {
    const turned = { ...rename, from: rename.to, to: rename.from };
    return turned.kind === 'column' ? { ...turned, table: oldName(turned.table) } : turned;
  });
}

function isOfTable(rename: Rename): boolean {
  return rename.kind === 'table';
}

function tableCandidates(from: Schema, to: Schema): RenameQuestion[] {
  const { gone, come } = goneAndCome(from.tables, to.tables);
  return gone.flatMap((old) =>
    come
      .filter((wanted) => isAlike(old, wanted))
      .map((wanted) => ({
        kind: 'table' as const,
        from: old.name,
        to: wanted.name,
        sentence: `is table ${wanted.name} the table ${old.name} under a new name?`,
      })),
  );
}

function columnCandidates(from: Schema, to: Schema): RenameQuestion[] {
  return pairByName(from.tables, to.tables).flatMap(({ from: old, to: wanted }) => {
    if (old === undefined || wanted === undefined) return [];
    const { gone, come } = goneAndCome(old.columns, wanted.columns);
    const pairs = gone.flatMap((column) =>
      come.filter((other) => holdAlike(column, other)).map((other) => ({ column, other })),
    );
    const isRetyped = ({ column, other }: (typeof pairs)[number]) => !sameType(column.type, other.type);
    // The more likely ones first: answering "rename" settles all other questions about the two names.
    return [...pairs.filter((pair) => !isRetyped(pair)), ...pairs.filter(isRetyped)].map(({ column, other }) =>
      questionOf(wanted.name, column, other),
    );
  });
}

function questionOf(table: string, from: Column, to: Column): RenameQuestion {
  const sentence = `is column ${table}.${to.name} the column ${from.name} under a new name?`;
  return { kind: 'column', table, from: from.name, to: to.name, sentence };
}

function goneAndCome<T extends { readonly name: string }>(
  from: readonly T[],
  to: readonly T[],
): { gone: T[]; come: T[] } {
  const pairs = pairByName(from, to);
  return {
    gone: pairs.flatMap((pair) => (pair.from !== undefined && pair.to === undefined ? [pair.from] : [])),
    come: pairs.flatMap((pair) => (pair.to !== undefined && pair.from === undefined ? [pair.to] : [])),
  };
}

/** Whether they share, by name, at least half of the larger table's columns. */
function isAlike(old: Table, wanted: Table): boolean {
  const shared = old.columns.filter((column) =>
    wanted.columns.some((other) => sameName(column.name, other.name) && holdAlike(column, other)),
  );
  return shared.length * 2 >= Math.max(old.columns.length, wanted.columns.length);
}

/** Whether both store values, or neither does. The type does not matter: a rename may also change it. */
function holdAlike(one: Column, other: Column): boolean {
  return (one.generated === undefined) === (other.generated === undefined);
}

/** Without the questions that are decided, and those about a name that an accepted rename uses. */
function unanswered(questions: readonly RenameQuestion[], decisions: readonly RenameDecision[]): RenameQuestion[] {
  return questions.filter(
    (question) =>
      !decisions.some(
        (decision) =>
          samePlace(question, decision) &&
          (decision.answer === 'rename'
            ? sameName(decision.from, question.from) || sameName(decision.to, question.to)
            : sameName(decision.from, question.from) && sameName(decision.to, question.to)),
      ),
  );
}

function samePlace(one: Rename, other: Rename): boolean {
  if (one.kind === 'table' || other.kind === 'table') return one.kind === other.kind;
  return sameName(one.table, other.table);
}

function assertRename(
  { from, to }: Rename,
  old: readonly { readonly name: string }[],
  wanted: readonly { readonly name: string }[],
  kind: Rename['kind'],
): void {
  const has = (things: readonly { readonly name: string }[], name: string) =>
    things.some((thing) => sameName(thing.name, name));
  if (has(old, from) && !has(wanted, from) && has(wanted, to) && !has(old, to)) return;
  throw new DrydockError('USAGE', {
    what: `${kind} ${from} cannot have been renamed to ${to}: the one must be in the old schema only, the other in the new one only`,
    next: 'Decide again',
  });
}

function assertEachOnce(renames: readonly Rename[]): void {
  for (const [index, rename] of renames.entries()) {
    const again = renames
      .slice(0, index)
      .find(
        (other) => samePlace(rename, other) && (sameName(other.from, rename.from) || sameName(other.to, rename.to)),
      );
    if (again === undefined) continue;
    throw new DrydockError('USAGE', {
      what: `${again.from} is renamed to ${again.to}, and ${rename.from} to ${rename.to}: only one of them can be`,
      next: 'Decide again',
    });
  }
}
