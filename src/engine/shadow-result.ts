/** What comes of running revisions in memory, as plain values that can be sent between processes. */
import type { OperationNote, RowCondition } from '../operations/sql-port.ts';
import type { StoredSchema } from '../schema/read-schema.ts';
import type { EngineStep } from './protocol.ts';

/** One step as it was replayed. */
export interface ReplayedStep {
  readonly id: string;
  readonly direction: EngineStep['direction'];
  /** Every statement that changes something, in order; parameters stand beside it. */
  readonly statements: readonly ReplayedStatement[];
  /** What a script has to find out about rows; none where the replay went on without rows. */
  readonly conditions: readonly ReplayedCondition[];
  /** Whether a module asked for rows, and may go another way where there are others. */
  readonly readsRows: boolean;
  /** How its operations were done; a revision in SQL has none. */
  readonly notes: readonly ReplayedNote[];
}

/** Something that a revision did, with the line of its file, where that is known. */
interface Placed {
  readonly line: number | undefined;
}

export interface ReplayedStatement extends Placed {
  readonly sql: string;
  readonly params: readonly unknown[];
  readonly origin: StatementOrigin;
}

export interface ReplayedNote extends OperationNote, Placed {}

/** A condition on rows, to be looked at after so many of the step's statements. */
export interface ReplayedCondition extends RowCondition {
  readonly after: number;
}

/** Whether the revisions run on a database without rows, or are written down for one with rows that nobody knows. */
export type Rows = 'none' | 'unknown';

export interface Replayed {
  /** The schema before the first step and after each: one more than there are steps. */
  readonly schemas: readonly StoredSchema[];
  readonly steps: readonly ReplayedStep[];
}

/** Whose statement it is: the revision's own, or one of the several in which an operation does its work. */
export type StatementOrigin = 'revision' | 'operation';

/** A step to look at, and perhaps the one that leads back. */
export interface SurveyRequest {
  readonly step: EngineStep;
  readonly back?: EngineStep;
}

export interface SurveyedStep {
  readonly id: string;
  /** The schema before it and after it. */
  readonly before: StoredSchema;
  readonly after: StoredSchema;
  readonly step: ReplayedStep;
  /** Undefined where it was not asked for. */
  readonly back: SurveyedBack | undefined;
}

/** What came of the step back. */
export type SurveyedBack =
  | { readonly outcome: 'done'; readonly step: ReplayedStep; readonly after: StoredSchema }
  /** The revision said that there is none. */
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'failed'; readonly why: string };

export interface Surveyed {
  readonly steps: readonly SurveyedStep[];
  /** The first step that failed; neither it nor what comes after it could be looked at. */
  readonly stopped: { readonly id: string; readonly why: string } | undefined;
}
