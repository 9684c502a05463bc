import { fileError } from './file-error.ts';
import type { RowExpectation } from './revision.ts';

/** A value from a revision file with the place it stands in, so that an error can point at it. */
export interface Placed<T> {
  readonly value: T;
  readonly file: string;
  /** 1-based. */
  readonly line: number;
}

// The addresses of `drydock upgrade` and the rest, and the word for 'no parent'. A revision of that name could not be named.
const reservedIds = new Set(['head', 'heads', 'base', 'current', 'none']);

/**
 * Checks a revision's id, its own or a parent's: Alembic's rule, with the comma that separates parents in a `.sql` header.
 * @throws {DrydockError} USAGE
 */
export function checkId(id: Placed<string>): string {
  const problem = idProblem(id.value);
  if (problem !== undefined) throw fileError(id.file, id.line, problem);
  return id.value;
}

/**
 * Checks the ids of a revision's parents.
 * @throws {DrydockError} USAGE
 */
export function checkParents(parents: Placed<readonly string[]>): readonly string[] {
  for (const [index, parent] of parents.value.entries()) {
    checkId({ ...parents, value: parent });
    if (parents.value.indexOf(parent) === index) continue;
    throw fileError(parents.file, parents.line, `the revision names its parent '${parent}' twice`);
  }
  return parents.value;
}

/** The `message` header on one line; where there is none, the id's words without a leading number. */
export function messageOf(header: string | undefined, id: string): string {
  const message = (header ?? '').replace(/\s+/g, ' ').trim();
  if (message !== '') return message;
  const words = id.split(/[_.]+/).filter((word) => word !== '');
  const named = /^\d+$/.test(words[0] ?? '') ? words.slice(1) : words;
  return named.length === 0 ? id : named.join(' ');
}

/**
 * Checks that each table is spoken of once. Table names have no case in SQLite, beyond ASCII apart.
 * @throws {DrydockError} USAGE
 */
export function checkExpectations(expectations: readonly Placed<RowExpectation>[]): readonly RowExpectation[] {
  const tables = new Set<string>();
  for (const { value, file, line } of expectations) {
    const table = value.table.toLowerCase();
    if (tables.has(table)) throw fileError(file, line, `what to expect of table '${value.table}' is said twice`);
    tables.add(table);
  }
  return expectations.map(({ value }) => value);
}

function idProblem(id: string): string | undefined {
  if (id === '') return 'a revision id may not be empty';
  const forbidden = /[@\-+:,]|\s/.exec(id)?.[0];
  if (forbidden?.trim() === '') return `the revision id '${id}' may not hold a blank`;
  if (forbidden !== undefined) return `the revision id '${id}' may not hold '${forbidden}'`;
  return reservedIds.has(id)
    ? `the revision id '${id}' is a word with a meaning of its own: choose another`
    : undefined;
}
