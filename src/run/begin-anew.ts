/** Ends the life of the database in whose place an empty file stands, because a person said so. Nothing is deleted. */
import { DrydockError } from '../errors.ts';
import type { Observer } from '../events.ts';
import { markBegunAnew } from '../snapshots/begun-anew.ts';
import { createContext, engineFor, phase, type RunContext, stoppable, tellFact } from './context.ts';
import { requireDatabase } from './database-gone.ts';
import { describeLost, lostIn, relationTo } from './former-life.ts';
import { mayHaveRows } from './live-life.ts';
import type { BeginAnewReport, RunRequest } from './outcome.ts';
import { inspectGround } from './preflight.ts';
import { hold } from './take-write-lock.ts';
import { explained, underLocks } from './under-locks.ts';

/**
 * @param agreedTo What is given up, as {@link describeLost} said it when somebody agreed.
 * @throws {DrydockError} USAGE where it is not that any more.
 */
export function beginAnew(
  request: RunRequest,
  agreedTo: string,
  observer: Observer,
  stop: AbortSignal,
): Promise<BeginAnewReport> {
  requireDatabase(request.config);
  const context = createContext(request, observer, stop);
  return explained(context, async () => {
    await phase(context, 'preflight', () => inspectGround(context));
    return underLocks(context, () => beginUnderLock(context, agreedTo));
  });
}

async function beginUnderLock(context: RunContext, agreedTo: string): Promise<BeginAnewReport> {
  const { layout, request, ownership, runId } = context;
  const { database } = layout;
  const engine = await engineFor(context);
  try {
    const held = await phase(context, 'hold', () => stoppable(context, engine, hold(context, engine)));
    tellFact(context, { current: held.current, planned: held.current });
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
    // A clock may have been ahead when that was written down.
    const at = [new Date().toISOString(), lost.at].sort().at(-1) ?? lost.at;
    markBegunAnew(layout, ownership, runId, at);
    tellFact(context, { becomes: { lastRun: null, rows: 0 } });
    return { outcome: 'begun-anew', database, at, givenUp: agreedTo };
  } finally {
    await engine.stop();
  }
}
