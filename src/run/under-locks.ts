/**
 * What surrounds the work of every command that may change something:
 *
 *   preflight > lock > recover > ... > unlock
 */
import { DrydockError } from '../errors.ts';
import { requireWhole } from '../files/require-whole.ts';
import { inMemory, phase, type RunContext, tellFact } from './context.ts';
import { SourceUnusable } from './endings.ts';
import { endingWell } from './failure.ts';
import { acquireLocks, type RunLocks } from './locks.ts';
import type { RecoveryReport } from './outcome.ts';
import { inspectGround, requireExtensions } from './preflight.ts';
import { recover } from './recover.ts';
import { keepCopiesStrict, tellOfGroup } from './strictness.ts';

/** The work under the locks, after recovery. @param recovered How the last run ended, if it was interrupted. */
export type LockedWork<T> = (locks: RunLocks, recovered: RecoveryReport | null) => Promise<T>;

/** @throws {DrydockError} and nothing else: every error of the work becomes one of the endings. */
export function underLocks<T>(context: RunContext, work: LockedWork<T>): Promise<T> {
  return endingWell(context, async () => {
    await phase(context, 'preflight', async () => {
      inspectGround(context);
      await requireExtensions(inMemory(context));
    });
    return locked(context, work);
  });
}

/** As {@link underLocks}, for a command that has done its own preflight. */
export async function locked<T>(context: RunContext, work: LockedWork<T>): Promise<T> {
  const locks = await phase(context, 'lock', () => acquireLocks(context, context.request.command.verb));
  try {
    tellOfGroup(context);
    keepCopiesStrict(context);
    const recovered = await phase(
      context,
      'recover',
      () => recover(context).catch((error: unknown) => supersede(context, error)),
      (report) => ({ interrupted: report?.runId ?? null }),
    );
    if (recovered !== null) tellFact(context, { recovered });
    // Before the work removes snapshots to make room: recovery may need them.
    if (!isWayOut(context)) requireWhole(context.layout.database);
    return await work(locks, recovered);
  } finally {
    await phase(context, 'unlock', () => locks.release());
  }
}

/** If the interrupted run cannot be finished, a restore at a person's request is the way out. */
function supersede(context: RunContext, error: unknown): null {
  const isHopeless =
    error instanceof SourceUnusable || (error instanceof DrydockError && error.code === 'DAMAGED_BEFORE');
  if (!isWayOut(context) || !isHopeless) throw error;
  const message = `an interrupted run cannot be finished, and this restore takes its place: ${error.what}`;
  context.observer({ kind: 'warning', message });
  return null;
}

function isWayOut({ request }: RunContext): boolean {
  return request.command.verb === 'snapshot restore';
}
