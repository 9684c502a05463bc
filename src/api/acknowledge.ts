import type { Config } from '../config/config.ts';
import { layoutFor } from '../files/layout.ts';
import type { AtTarget, RunReport } from '../run/outcome.ts';
import { told } from '../run/untold.ts';

/**
 * Whoever asked for a run knows how it ended. Until then a second try of a relative target does not count again.
 * @param report What the run gave.
 */
export function acknowledge(config: Config, report: RunReport | AtTarget): void {
  if (!('runId' in report)) return;
  const runId = report.outcome === 'done' ? report.runId : report.recovered?.runId;
  if (runId !== undefined) told(layoutFor(config), runId);
}
