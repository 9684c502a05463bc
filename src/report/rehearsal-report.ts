/** A rehearsal's report as terminal text. */
import type { RehearsalReport } from '../run/outcome.ts';
import { visible, visibleLines } from '../visible.ts';
import { renderChecks, renderPhases, renderRecovery, renderSteps } from './run-report.ts';

export function renderRehearsal({ recovered, phases, steps, checks, schema, verdict }: RehearsalReport): string {
  return [
    ...renderRecovery(recovered),
    renderPhases(phases),
    ...renderSteps(steps),
    ...renderChecks(checks),
    renderSchema(schema),
    visible(verdict),
  ].join('\n\n');
}

function renderSchema(schema: RehearsalReport['schema']): string {
  if (schema === null) return 'The schema before and after could not be compared: the log says why.';
  if (schema.length === 0) return 'The schema does not change.';
  return visibleLines(['Changes to the schema:', ...schema.map(({ sentence }) => `  ${sentence}`)]);
}
