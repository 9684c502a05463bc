/** Finds what revisions do by running them in memory, as far as that is possible. */

import { EngineDied } from '../engine/client.ts';
import { engineStep } from '../engine/engine-step.ts';
import type { EngineRequests } from '../engine/protocol.ts';
import { emptySeed } from '../engine/seed.ts';
import type { Surveyed } from '../engine/shadow-result.ts';
import { DrydockError } from '../errors.ts';
import { isLeftEmpty } from '../revisions/files/scaffold.ts';
import type { Revision, Step } from '../revisions/revision.ts';
import type { StoredSchema } from '../schema/read-schema.ts';
import { type InMemory, inEngine } from './replay.ts';

/**
 * What each revision does, up and then one step back, starting from an empty database; also after failures.
 * @param revisions In the order of the graph, from base on.
 * @param given The values for `op.arguments`.
 * @throws {DrydockError} USAGE if a module cannot be loaded; REVISION_FAILED if one ends the process.
 */
export function surveyRevisions(
  revisions: readonly Revision[],
  given: Readonly<Record<string, string>>,
  around: InMemory,
): Promise<Surveyed> {
  const steps = revisions.map((revision) => ({
    step: engineStep({ revision, direction: 'up' }, given),
    back: engineStep({ revision, direction: 'down' }, given),
    ...(isLeftEmpty(revision) && { stands: 'for others' as const }),
  }));
  return survey({ seed: emptySeed, steps, afterFailure: 'go on' }, around);
}

export interface SurveyStart {
  readonly schema: StoredSchema;
  /** INSERT statements, run before there are any triggers. */
  readonly rows: readonly string[];
}

/**
 * What steps do, starting from a given schema, up to the first that fails.
 * @param given The values for `op.arguments`.
 * @throws {DrydockError} USAGE if a module cannot be loaded.
 */
export function surveySteps(
  { schema, rows }: SurveyStart,
  steps: readonly Step[],
  given: Readonly<Record<string, string>>,
  around: InMemory,
): Promise<Surveyed> {
  return survey(
    {
      seed: { kind: 'database', schema, rows },
      steps: steps.map((step) => ({ step: engineStep(step, given) })),
      afterFailure: 'stop',
    },
    around,
  );
}

async function survey(takes: EngineRequests['survey']['takes'], around: InMemory): Promise<Surveyed> {
  try {
    return await inEngine('survey', takes, around);
  } catch (error) {
    if (!(error instanceof EngineDied)) throw error;
    throw new DrydockError('REVISION_FAILED', {
      what: `One of the revisions ${takes.steps.map(({ step }) => step.id).join(', ')} ended the process that ran it in memory (${error.message})`,
      state: 'No database was touched',
      next: 'Take out what ends the process, such as process.exit, and run again',
      cause: error,
    });
  }
}
