/** Takes the write lock of the live file, and refuses a file that is not the database of the earlier runs. */
import type { Engine } from '../engine/client.ts';
import type { HeldNow, HeldState } from '../engine/protocol.ts';
import { phase, type RunContext, stoppable, tellFact } from './context.ts';
import { requireLife } from './live-life.ts';
import type { RecoveryReport } from './outcome.ts';

/** The phase. @param recovered How the previous run ended, if it had been interrupted. */
export async function hold(context: RunContext, engine: Engine, recovered: RecoveryReport | null): Promise<HeldNow> {
  const held = await holdUnjudged(context, engine);
  await stoppable(context, engine, requireLife(context, engine, held, recovered));
  return held;
}

/** The phase, for a command that judges the file itself. */
export async function holdUnjudged(context: RunContext, engine: Engine): Promise<HeldNow> {
  const held = await phase(
    context,
    'hold',
    () => stoppable(context, engine, takeWriteLock(context, engine)),
    describeHeld,
  );
  tellFact(context, { current: held.current });
  return held;
}

/** SQLite rolls back whatever a killed process left when the file is opened. */
export function takeWriteLock({ layout, request }: RunContext, engine: Engine): Promise<HeldNow> {
  return engine.call('hold', { database: layout.database, busyTimeoutMs: request.config.busyTimeoutMs });
}

function describeHeld(held: HeldState) {
  return { bytes: held.pageCount * held.pageSize, journalMode: held.journalMode, current: held.current };
}
