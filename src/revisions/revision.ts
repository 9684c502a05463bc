/**
 * Terms, used alike in code, logs, docs and errors.
 *
 * - revision: one step of the schema; a file in the migrations folder with an id, an upgrade and a downgrade.
 * - head: a revision that no other revision revises. base: the state before the first revision.
 * - branch: the revisions before and after one revision, along `revises`. A branch label names one.
 * - depends on: must be applied first, without being on the same branch.
 * - tip: a head that no other revision depends on either. With everything applied, `alembic_version` holds the tips.
 * - applied: named by a row of the database's `alembic_version` table, itself or through one of its descendants.
 * - pending: between what is applied and the target of a run.
 */

import type { SchemaObject } from '../schema/objects/objects.ts';

export type Direction = 'up' | 'down';

/** How many rows a table may lose in one direction of a revision, as its author declares. */
export type RowExpectation = { readonly table: string; readonly rows: number | 'fewer' | 'dropped' };

/** That a foreign-key column may lose values to NULL. */
export type NullsExpectation = { readonly table: string; readonly nulls: string };

/** That a view, a trigger or the foreign key of a table may not compile afterwards; named without its kind in a module. */
export type BrokenExpectation = { readonly broken: string; readonly kind?: SchemaObject['kind'] };

export type Expectation = RowExpectation | NullsExpectation | BrokenExpectation;

/** One SQL statement of a revision and its place in the file. */
export interface Statement {
  readonly sql: string;
  /** 1-based line of the statement's first token. */
  readonly line: number;
}

/** What a revision file declares, known without running it. */
export interface Revision {
  readonly id: string;
  /** Ids of the parents: empty for a first revision, several for a merge. */
  readonly revises: readonly string[];
  /** Ids or branch labels, as written in the header, of revisions that must be applied before this one. */
  readonly dependsOn: readonly string[];
  /** The branch labels that this revision declares. */
  readonly branchLabels: readonly string[];
  /** One line for people: the `message` header, or the words of the id. */
  readonly message: string;
  /** Absolute path of the file. */
  readonly path: string;
  /** sha256 of the file's text, ignoring line endings and a BOM, in hex. */
  readonly checksum: string;
  /** False if the author asked for a run outside one transaction. */
  readonly transaction: boolean;
  readonly expect: { readonly up: readonly Expectation[]; readonly down: readonly Expectation[] };
  readonly body: RevisionBody;
}

/** SQL is parsed when the file is read; a module is imported only in the engine, when it is pending. */
export type RevisionBody =
  | { readonly kind: 'sql'; readonly up: readonly Statement[]; readonly down: readonly Statement[] }
  | { readonly kind: 'module' };

/** One revision to run in one direction: the unit of a plan. */
export interface Step {
  readonly revision: Revision;
  readonly direction: Direction;
}
