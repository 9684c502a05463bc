/** What every phase of a run shares. */
import { randomUUID } from 'node:crypto';
import { type Engine, startEngine } from '../engine/client.ts';
import type { Observer, PhaseName, RunFacts } from '../events.ts';
import { faultPoint } from '../faults.ts';
import { type Layout, layoutFor } from '../files/layout.ts';
import { type Ownership, ownershipOf } from '../files/ownership.ts';
import { describeSqliteHolder } from '../lock/holder.ts';
import type { Snapshot } from '../snapshots/catalog.ts';
import type { InspectOptions } from '../snapshots/inspect.ts';
import type { JournalPhase } from './journal.ts';
import type { PhaseReport, RunRequest } from './outcome.ts';
import { dismissedByWaits, type Spares } from './prefork.ts';

export interface RunContext {
  readonly request: RunRequest;
  readonly runId: string;
  readonly startedAt: Date;
  /** Milliseconds since it began, on a clock that nobody sets. */
  elapsedMs(): number;
  readonly layout: Layout;
  readonly ownership: Ownership;
  readonly observer: Observer;
  /** Aborted, with a {@link Stop} as its reason, by a signal or by the deadline. */
  readonly stop: AbortSignal;
  readonly phases: PhaseReport[];
  /** Ids of the snapshots that this run took or puts back, which it does not remove: see {@link useSnapshot}. */
  readonly usedSnapshots: Set<string>;
  /** Ids of the snapshots that retention has removed. */
  readonly pruned: string[];
  /** What the run journal says, as this run has written or read it last, so that a volume that fails need not be asked. */
  readonly journal: { phase?: JournalPhase | 'none' };
  /** Ids of the runs in the history of the live file, once it was read. */
  readonly file: { runs?: ReadonlySet<string> };
  /** Processes that were started ahead of the run. */
  readonly spares: Spares | undefined;
}

/** @param ownedLike The file whose owner and mode everything gets; the database, unless there is none any more. */
export function createContext(
  request: RunRequest,
  observer: Observer,
  stop: AbortSignal,
  ownedLike = request.config.database,
  spares?: Spares,
): RunContext {
  const layout = layoutFor(request.config);
  const runId = randomUUID();
  observer({ kind: 'run-start', runId });
  const started = performance.now();
  return {
    request,
    runId,
    startedAt: new Date(),
    elapsedMs: () => Math.round(performance.now() - started),
    layout,
    ownership: ownershipOf(ownedLike),
    observer: spares === undefined ? observer : dismissedByWaits(spares, observer),
    stop,
    phases: [],
    usedSnapshots: new Set(),
    pruned: [],
    journal: {},
    file: {},
    spares,
  };
}

/**
 * Runs one phase of the checklist and says when it begins and ends.
 * @param describe What the log says of the result: bytes, counts.
 */
export async function phase<T>(
  context: RunContext,
  name: PhaseName,
  work: () => T | Promise<T>,
  describe: (result: T) => Readonly<Record<string, unknown>> = () => ({}),
): Promise<T> {
  const started = performance.now();
  context.observer({ kind: 'phase-start', phase: name });
  try {
    await faultPoint(`phase:${name}`);
    const result = await work();
    const durationMs = Math.round(performance.now() - started);
    context.phases.push({ phase: name, durationMs });
    context.observer({ kind: 'phase-end', phase: name, durationMs, detail: describe(result) });
    return result;
  } catch (error) {
    context.observer({ kind: 'phase-failed', phase: name, durationMs: Math.round(performance.now() - started), error });
    throw error;
  }
}

/** What a run leans on stays while it is at work. */
export function useSnapshot<T extends Snapshot>({ usedSnapshots }: RunContext, snapshot: T): T {
  usedSnapshots.add(snapshot.manifest.id);
  return snapshot;
}

/** Tells what the run found out, for the record of it. */
export function tellFact({ observer }: RunContext, fact: RunFacts): void {
  observer({ kind: 'fact', fact });
}

/** Starts the engine for this run's database. */
export function engineFor(context: RunContext): Promise<Engine> {
  return startEngine(
    {
      temporaryDirectory: context.layout.work,
      observer: context.observer,
      describeHolder: () => describeSqliteHolder(context.layout.database),
    },
    context.spares?.engine.take(),
  );
}

/**
 * Lets a stop end work that may be ended anywhere: the engine is killed in the middle of it and SQLite rolls back.
 * What may not be interrupted, a commit or a restore, is simply not called through this.
 */
export async function stoppable<T>(context: RunContext, engine: Engine, work: Promise<T>): Promise<T> {
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const onStop = () => {
    engine.kill().then(() => reject(context.stop.reason), reject);
  };
  context.stop.addEventListener('abort', onStop, { once: true });
  if (context.stop.aborted) onStop();
  try {
    return await Promise.race([work, stopped]);
  } catch (error) {
    // The engine's death is the consequence of the stop, not the cause of the failure.
    throw context.stop.aborted ? context.stop.reason : error;
  } finally {
    context.stop.removeEventListener('abort', onStop);
  }
}

/** For what must be finished even though the run was told to stop. */
export function unstopped(context: RunContext): RunContext {
  return { ...context, stop: new AbortController().signal };
}

export function inspectOptions(context: RunContext): InspectOptions {
  const { layout, stop, spares } = context;
  return { temporaryDirectory: layout.work, signal: stop, spare: spares?.inspector };
}

/** For an inspection that must be finished even though the run was told to stop. */
export function unstoppable(context: RunContext): InspectOptions {
  return inspectOptions(unstopped(context));
}
