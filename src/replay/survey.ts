/** What revisions do, found by running them in memory for as long as that is possible. */

import { engineStep } from '../engine/engine-step.ts';
import type { Surveyed } from '../engine/replayed.ts';
import type { Revision, Step } from '../revisions/revision.ts';
import type { Observer } from '../run-events.ts';
import { type StoredSchema, statementsOf } from '../schema/read-schema.ts';
import { inEngine } from './replay.ts';

/**
 * What each revision does, up and from there one step back, from an empty database on.
 * @param revisions In the order of the graph, from base on.
 * @throws {DrydockError} USAGE where a module cannot be loaded.
 */
export function surveyRevisions(revisions: readonly Revision[], observer: Observer): Promise<Surveyed> {
  const steps = revisions.map((revision) => ({
    step: engineStep({ revision, direction: 'up' }, {}),
    back: engineStep({ revision, direction: 'down' }, {}),
  }));
  return inEngine('survey', { seed: [], steps }, observer);
}

export interface SurveyStart {
  readonly schema: StoredSchema;
  /** INSERT statements, run before there are triggers. */
  readonly rows: readonly string[];
}

/**
 * What steps do, from a schema on.
 * @param given What the revisions find in `op.arguments`.
 * @throws {DrydockError} USAGE where a module cannot be loaded, or the schema cannot be made in memory.
 */
export function surveySteps(
  { schema, rows }: SurveyStart,
  steps: readonly Step[],
  given: Readonly<Record<string, string>>,
  observer: Observer,
): Promise<Surveyed> {
  const isTrigger = ({ type }: { readonly type: string }) => type === 'trigger';
  const seed = [
    ...statementsOf({ ...schema, rows: schema.rows.filter((row) => !isTrigger(row)) }),
    ...rows,
    ...statementsOf({ ...schema, rows: schema.rows.filter(isTrigger) }),
  ];
  return inEngine('survey', { seed, steps: steps.map((step) => ({ step: engineStep(step, given) })) }, observer);
}
