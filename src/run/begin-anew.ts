/** Starts over with an empty file that has replaced the database, because a person said so. Nothing is deleted. */
import { DrydockError } from '../errors.ts';
import type { Observer } from '../events.ts';
import { markBegunAnew } from '../snapshots/begun-anew.ts';
import { createContext, engineFor, type RunContext, stoppable, tellFact } from './context.ts';
import { describeLost, lostIn, relationTo } from './former-life.ts';
import { holdUnjudged } from './hold.ts';
import { mayHaveRows } from './live-life.ts';
import type { BeginAnewReport, RunRequest } from './outcome.ts';
import { requireDatabase } from './require-database.ts';
import { underLocks } from './under-locks.ts';

/**
 * @param agreedTo What is given up, as {@link describeLost} described it when consent was given.
 * @throws {DrydockError} USAGE if that is no longer what would be given up.
 */
export function beginAnew(
  request: RunRequest,
  agreedTo: string,
  observer: Observer,
  stop: AbortSignal,
): Promise<BeginAnewReport> {
  requireDatabase(request.config);
  const context = createContext(request, observer, stop);
  return underLocks(context, () => beginUnderLock(context, agreedTo));
}

async function beginUnderLock(context: RunContext, agreedTo: string): Promise<BeginAnewReport> {
  const { layout, request, ownership, runId } = context;
  const { database } = layout;
  const engine = await engineFor(context);
  try {
    const held = await holdUnjudged(context, engine);
    tellFact(context, { planned: held.current });
    const relation = relationTo({ layout, config: request.config }, held);
    const hasRows = await stoppable(context, engine, mayHaveRows(context, engine, relation));
    const lost = lostIn(relation, held, hasRows);
    if (lost === undefined || describeLost(lost) !== agreedTo) {
      throw new DrydockError('USAGE', {
        what: `${database}, or what is known of it, is not what it was when it was agreed to begin it anew`,
        state: 'Nothing was changed',
        next: 'Run again',
      });
    }
    // The clock may have been ahead when that was written.
    const at = [new Date().toISOString(), lost.at].sort().at(-1) ?? lost.at;
    markBegunAnew(layout, ownership, runId, at);
    tellFact(context, { becomes: { lastRun: null, rows: 0 } });
    return { outcome: 'begun-anew', database, at, givenUp: agreedTo };
  } finally {
    await engine.stop();
  }
}
