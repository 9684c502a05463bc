import type { Config } from '../config/config.ts';
import { previewRun } from '../plan/preview.ts';
import type { Preview } from '../plan/previewed.ts';
import { requireClosedHere } from './in-program.ts';
import { argumentsOf, ignore, type RevisionArguments } from './session.ts';

export interface PlanOptions extends RevisionArguments {
  /** If left out: upgrade. */
  readonly verb?: 'upgrade' | 'downgrade';
}

/**
 * What an upgrade or a downgrade would do. Nothing is written.
 * @param target An address as the command takes it.
 * @throws {DrydockError} as the run would before it changes anything.
 * @example
 * const { steps, losses, estimatedSeconds } = await plan(config);
 * console.log(steps.length, losses, estimatedSeconds);
 */
export async function plan(config: Config, target = 'head', options: PlanOptions = {}): Promise<Preview> {
  requireClosedHere(config);
  const { verb = 'upgrade', observer = ignore } = options;
  return previewRun(config, { verb, target, ...argumentsOf(options) }, observer);
}
