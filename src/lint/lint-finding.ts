/** What the linter says, as plain values. */
import type { Direction } from '../revisions/revision.ts';

/** Something that a rule found in a revision's file. */
export interface Finding {
  readonly rule: string;
  readonly revision: string;
  /** Null where it is of the file as a whole. */
  readonly direction: Direction | null;
  readonly path: string;
  /** Null where the line is not known, or the file is meant. */
  readonly line: number | null;
  readonly message: string;
}

export interface SuppressedFinding extends Finding {
  readonly reason: string;
}

export interface Findings {
  readonly findings: readonly Finding[];
  readonly suppressed: readonly SuppressedFinding[];
}

/** Something that could not be looked at, and why. */
export interface LintNote {
  readonly revision: string;
  readonly direction: Direction;
  readonly path: string;
  readonly message: string;
}

/** What was found, and what could not be looked for. */
export interface LintResult extends Findings {
  readonly notes: readonly LintNote[];
}
