/**
 * Terms, used alike in code, logs, docs and errors.
 *
 * - revision: one step of the schema, a file in the migrations folder, with an id, a way up and a way down.
 * - head: a revision that no other revision revises. base: the state before the first revision.
 * - branch: the revisions before and after one revision, along `revises`. A branch label is a name for one.
 * - depends on: must be applied before, without being of the same branch.
 * - tip: a head that no other revision depends on either. With everything applied, `alembic_version` holds the tips.
 * - applied: named, itself or through something that comes after it, by a row of the database's `alembic_version` table.
 * - pending: between what is applied and the target of a run.
 */

export type Direction = 'up' | 'down';

/** How many rows a table may lose in one direction of a revision, said by its author. */
export type RowExpectation = { readonly table: string; readonly rows: number | 'fewer' | 'dropped' };

/** One SQL statement of a revision, with the place it stands in its file. */
export interface Statement {
  readonly sql: string;
  /** 1-based line of the statement's first token. */
  readonly line: number;
}

/** What a revision file says of itself, known without running any of it. */
export interface Revision {
  readonly id: string;
  /** Ids of the parents: empty for a first revision, several for a merge. */
  readonly revises: readonly string[];
  /** Ids or branch labels, as the header has them, of revisions that must be applied before this one. */
  readonly dependsOn: readonly string[];
  /** Names for the branch that this revision is on, given here. */
  readonly branchLabels: readonly string[];
  /** One line for people: the `message` header, else the id's words. */
  readonly message: string;
  /** Absolute path of the file. */
  readonly path: string;
  /** sha256 of the file's text with line endings and a BOM taken out of account, in hex. */
  readonly checksum: string;
  /** False where the author asked for a run outside one transaction. */
  readonly transaction: boolean;
  readonly expect: { readonly up: readonly RowExpectation[]; readonly down: readonly RowExpectation[] };
  readonly body: RevisionBody;
}

/** SQL is parsed when the file is read; a module is only imported in the engine, when it is pending. */
export type RevisionBody =
  | { readonly kind: 'sql'; readonly up: readonly Statement[]; readonly down: readonly Statement[] }
  | { readonly kind: 'module' };

/** One revision to run in one direction: the unit of a plan. */
export interface Step {
  readonly revision: Revision;
  readonly direction: Direction;
}
