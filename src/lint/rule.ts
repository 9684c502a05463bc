/** The shape of a rule. Each has a page: docs/rules/<name>.md. */
import type { LintStep } from './lint-step.ts';

export interface Problem {
  /** Of the revision's file; undefined where it is the file as a whole, or not known. */
  readonly line: number | undefined;
  /** What was found, as a sentence without its full stop. */
  readonly message: string;
}

export interface Rule {
  readonly name: string;
  readonly check: (step: LintStep) => readonly Problem[];
}
