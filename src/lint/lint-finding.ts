/** The results of the linter, as plain values. */
import type { Direction } from '../revisions/revision.ts';

/** A problem that a rule found in a revision's file. */
export interface Finding {
  readonly rule: string;
  readonly revision: string;
  /** Null if it concerns the file as a whole. */
  readonly direction: Direction | null;
  readonly path: string;
  /** Null if the line is not known, or the finding concerns the whole file. */
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

/** Something that could not be checked, and why. */
export interface LintNote {
  readonly revision: string;
  readonly direction: Direction;
  readonly path: string;
  readonly message: string;
}

/** What was found, and what could not be checked. */
export interface LintResult extends Findings {
  readonly notes: readonly LintNote[];
}
