import type { Config } from '../config/config.ts';
import { layoutFor } from '../files/layout.ts';
import type { AtTarget, RunReport } from '../run/outcome.ts';
import { told } from '../run/untold.ts';

/**
 * The caller of a run knows how it ended. Until then a retry does not count a relative target again.
 * @param report The report of that run.
 */
export function acknowledge(config: Config, report: RunReport | AtTarget): void {
  if (!('runId' in report)) return;
  const runId = report.outcome === 'done' ? report.runId : report.recovered?.runId;
  if (runId !== undefined) told(layoutFor(config), runId);
}
