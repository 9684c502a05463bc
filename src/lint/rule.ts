/** The shape of a rule. Each has a page: docs/rules/<name>.md. */
import type { LintStep } from './lint-step.ts';

export interface Problem {
  /** The line in the revision's file; undefined if it concerns the whole file, or is not known. */
  readonly line: number | undefined;
  /** What was found, as a sentence without its full stop. */
  readonly message: string;
}

export interface Rule {
  readonly name: string;
  readonly check: (step: LintStep) => readonly Problem[];
}
