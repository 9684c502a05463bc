/** The results of running revisions on a shadow database, as plain values that can be sent between processes. */
import type { OperationNote, RowCondition } from '../operations/sql-port.ts';
import type { StoredSchema } from '../schema/read-schema.ts';
import type { EngineStep } from './protocol.ts';

/** One step as it was replayed. */
export interface ReplayedStep {
  readonly id: string;
  readonly direction: EngineStep['direction'];
  /** Every statement that changes something, in order. */
  readonly statements: readonly ReplayedStatement[];
  /** What a script has to check about rows; empty if the replay had no rows (`Rows` is 'none'). */
  readonly conditions: readonly ReplayedCondition[];
  /** Whether a module read rows, and so may do something else if it finds others. */
  readonly readsRows: boolean;
  /** How its operations were done; an SQL revision has none. */
  readonly notes: readonly ReplayedNote[];
}

/** Something that a revision did, with the line of its file if known. */
interface Placed {
  readonly line: number | undefined;
}

export interface ReplayedStatement extends Placed {
  readonly sql: string;
  readonly params: readonly unknown[];
  readonly origin: StatementOrigin;
}

export interface ReplayedNote extends OperationNote, Placed {}

/** A condition on rows, to be checked after the first `after` statements of the step. */
export interface ReplayedCondition extends RowCondition {
  readonly after: number;
}

/** Whether the revisions run on a database without rows ('none'), or for a script whose database may have any. */
export type Rows = 'none' | 'unknown';

export interface Replayed {
  /** The schema before the first step and after each: one more than there are steps. */
  readonly schemas: readonly StoredSchema[];
  readonly steps: readonly ReplayedStep[];
}

/** Whether a statement is the revision's own, or one that an operation runs for it. */
export type StatementOrigin = 'revision' | 'operation';

/** A step to run, and optionally the downgrade to try after it. */
export interface SurveyRequest {
  readonly step: EngineStep;
  readonly back?: EngineStep;
  /** Whether it may stand for changes that another tool made, which are not in its body. */
  readonly stands?: 'for others';
}

/** What a survey does after a step that fails: it ends, or goes on from what the step did all the same. */
export type AfterFailure = 'stop' | 'go on';

/** A part of a step that could not run in memory. */
export interface SurveyedFailure extends Placed {
  /** What failed, and where. */
  readonly why: string;
  /** The same without the place. */
  readonly problem: string;
  /** `revision`: it fails in every database. `rows`, `schema`: it may succeed with other rows, or with another schema. */
  readonly blame: 'revision' | 'rows' | 'schema';
}

export interface SurveyedStep {
  readonly id: string;
  /** The schema before and after the step. */
  readonly before: StoredSchema;
  readonly after: StoredSchema;
  /** Whether these are surely the schemas that the step will meet. */
  readonly schema: 'known' | 'unknown';
  /** What it did; of a module, up to its failure. */
  readonly step: ReplayedStep;
  readonly failures: readonly SurveyedFailure[];
  /** Undefined if it was not requested. */
  readonly back: SurveyedBack | undefined;
}

/** The result of the downgrade. */
export type SurveyedBack =
  | { readonly outcome: 'done'; readonly step: ReplayedStep; readonly after: StoredSchema }
  /** The revision declares that it cannot be downgraded. */
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'failed'; readonly failures: readonly SurveyedFailure[] };

export interface Surveyed {
  readonly steps: readonly SurveyedStep[];
  /** The step at which the survey ended; neither it nor the steps after it are in `steps`. */
  readonly stopped: ({ readonly id: string } & SurveyedFailure) | undefined;
}
