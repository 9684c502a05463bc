import { foldName } from '../../schema/names.ts';
import type { Expectation } from '../revision.ts';
import { fileError } from './file-error.ts';

/** A value from a revision file and its place, for errors to point at. */
export interface Placed<T> {
  readonly value: T;
  readonly file: string;
  /** 1-based. */
  readonly line: number;
}

// The addresses of `drydock upgrade` and other verbs, and the word for "no parent". A revision with such an id could not be
// addressed.
const reservedIds = new Set(['head', 'heads', 'base', 'current', 'none']);

/**
 * Checks the id of a revision or of a parent: Alembic's rule, without the comma that separates parents in a `.sql` header.
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
 * Checks the ids and branch labels that a revision depends on. The graph checks that they exist.
 * @throws {DrydockError} USAGE
 */
export function checkDependencies(dependencies: Placed<readonly string[]>): readonly string[] {
  for (const dependency of dependencies.value) checkId({ ...dependencies, value: dependency });
  return requireDistinct(dependencies, 'its dependency');
}

/**
 * Checks a revision's branch labels. Addresses use them like ids, so they follow the same rule.
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

/** The `message` header on one line; without one, the words of the id without a leading number. */
export function revisionMessage(header: string | undefined, id: string): string {
  const message = (header ?? '').replace(/\s+/g, ' ').trim();
  if (message !== '') return message;
  const words = id.split(/[_.]+/).filter((word) => word !== '');
  const named = /^\d+$/.test(words[0] ?? '') ? words.slice(1) : words;
  return named.length === 0 ? id : named.join(' ');
}

/**
 * Checks that each table, column or object is listed only once. SQLite ignores the case of ASCII letters in table names.
 * @throws {DrydockError} USAGE
 */
export function checkExpectations(expectations: readonly Placed<Expectation>[]): readonly Expectation[] {
  const seen = new Set<string>();
  for (const { value, file, line } of expectations) {
    const of = subjectOf(value);
    if (seen.has(foldName(of))) throw fileError(file, line, `duplicate expectation of ${of}`);
    seen.add(foldName(of));
  }
  return expectations.map(({ value }) => value);
}

function subjectOf(expectation: Expectation): string {
  if ('rows' in expectation) return `table '${expectation.table}'`;
  if ('nulls' in expectation) return `column '${expectation.table}.${expectation.nulls}'`;
  return `broken '${expectation.broken}'`;
}

/** @returns Why the name is not allowed; undefined if it is. */
export function nameProblem(name: string, kind: 'revision id' | 'branch label'): string | undefined {
  if (name === '') return `a ${kind} may not be empty`;
  const forbidden = /[@\-+:,]|\s/.exec(name)?.[0];
  if (forbidden?.trim() === '') return `the ${kind} '${name}' may not contain whitespace`;
  if (forbidden !== undefined) return `the ${kind} '${name}' may not contain '${forbidden}'`;
  return reservedIds.has(name) ? `the ${kind} '${name}' is reserved: choose another` : undefined;
}
