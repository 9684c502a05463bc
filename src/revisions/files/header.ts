import type { RowExpectation } from '../revision.ts';
import { fileError } from './file-error.ts';

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
  const problem = nameProblem(id.value, 'revision id');
  if (problem !== undefined) throw fileError(id.file, id.line, problem);
  return id.value;
}

/**
 * Checks the ids of a revision's parents.
 * @throws {DrydockError} USAGE
 */
export function checkParents(parents: Placed<readonly string[]>): readonly string[] {
  for (const parent of parents.value) checkId({ ...parents, value: parent });
  return requireDistinct(parents, 'its parent');
}

/**
 * Checks the ids and branch labels that a revision depends on. Whether there are such is for the graph to say.
 * @throws {DrydockError} USAGE
 */
export function checkDependencies(dependencies: Placed<readonly string[]>): readonly string[] {
  for (const dependency of dependencies.value) checkId({ ...dependencies, value: dependency });
  return requireDistinct(dependencies, 'its dependency');
}

/**
 * Checks a revision's branch labels, which stand in addresses where an id may stand, and so follow the same rule.
 * @throws {DrydockError} USAGE
 */
export function checkLabels(labels: Placed<readonly string[]>): readonly string[] {
  for (const label of labels.value) {
    const problem = nameProblem(label, 'branch label');
    if (problem !== undefined) throw fileError(labels.file, labels.line, problem);
  }
  return requireDistinct(labels, 'its branch label');
}

function requireDistinct(names: Placed<readonly string[]>, what: string): readonly string[] {
  const twice = names.value.find((name, index) => names.value.indexOf(name) !== index);
  if (twice === undefined) return names.value;
  throw fileError(names.file, names.line, `the revision names ${what} '${twice}' twice`);
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

/** @returns What forbids the name; undefined where nothing does. */
export function nameProblem(name: string, kind: 'revision id' | 'branch label'): string | undefined {
  if (name === '') return `a ${kind} may not be empty`;
  const forbidden = /[@\-+:,]|\s/.exec(name)?.[0];
  if (forbidden?.trim() === '') return `the ${kind} '${name}' may not hold a blank`;
  if (forbidden !== undefined) return `the ${kind} '${name}' may not hold '${forbidden}'`;
  return reservedIds.has(name)
    ? `the ${kind} '${name}' is a word with a meaning of its own: choose another`
    : undefined;
}
