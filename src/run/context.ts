/** What every phase of a run shares. */
import { randomUUID } from 'node:crypto';
import { type Engine, type Equipment, startEngine } from '../engine/client.ts';
import type { Observer, PhaseName, RunFacts } from '../events.ts';
import { faultPoint } from '../faults.ts';
import { type Layout, layoutFor } from '../files/layout.ts';
import { type Ownership, ownershipOf } from '../files/ownership.ts';
import { describeSqliteHolder } from '../lock/holder.ts';
import type { InMemory } from '../shadow/replay.ts';
import type { Snapshot } from '../snapshots/catalog.ts';
import type { InspectOptions } from '../snapshots/inspect.ts';
import type { JournalPhase } from './journal.ts';
import type { PhaseReport, RunRequest } from './outcome.ts';
import { dismissedByWaits, type Spares } from './prefork.ts';

export interface RunContext {
  readonly request: RunRequest;
  readonly runId: string;
  readonly startedAt: Date;
  /** Milliseconds since it began, on a monotonic clock. */
  elapsedMs(): number;
  readonly layout: Layout;
  readonly ownership: Ownership;
  readonly observer: Observer;
  /** Aborted, with a {@link Stop} as its reason, by a signal or by the deadline. */
  readonly stop: AbortSignal;
  readonly phases: PhaseReport[];
  /** Ids of the snapshots that this run took or is restoring. It does not remove them: see {@link useSnapshot}. */
  readonly usedSnapshots: Set<string>;
  /** Ids of the snapshots that retention has removed. */
  readonly pruned: string[];
  /** The run journal as this run last wrote or read it, so that a failing volume need not be read again. */
  readonly journal: { phase?: JournalPhase | 'none' };
  /** Ids of the runs in the history of the live file, once it has been read. */
  readonly file: { runs?: ReadonlySet<string> };
  /** Processes started ahead of the run. */
  readonly spares: Spares | undefined;
}

/** @param ownedLike The file whose owner and mode everything gets; the database, unless it is missing. */
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
 * Runs one phase and reports when it begins and ends.
 * @param describe What the log says about the result: bytes, counts.
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

/** Retention does not remove what a run is using. */
export function useSnapshot<T extends Snapshot>({ usedSnapshots }: RunContext, snapshot: T): T {
  usedSnapshots.add(snapshot.manifest.id);
  return snapshot;
}

/** Reports what the run found out, for its record. */
export function tellFact({ observer }: RunContext, fact: RunFacts): void {
  observer({ kind: 'fact', fact });
}

function equipmentOf({ layout, request }: RunContext): Equipment {
  return { temporaryDirectory: layout.work, extensions: request.config.sqliteExtensions };
}

/** What surrounds work in memory for this run. */
export function inMemory({ request, observer, stop }: RunContext): InMemory {
  return { extensions: request.config.sqliteExtensions, observer, stop };
}

/** Starts the engine for this run's database. */
export function engineFor(context: RunContext): Promise<Engine> {
  return startEngine(
    {
      ...equipmentOf(context),
      observer: context.observer,
      describeHolder: () => describeSqliteHolder(context.layout.database),
    },
    context.spares?.engine.take(),
  );
}

/**
 * Lets a stop interrupt work at any point: the engine is killed and SQLite rolls back. A commit or a restore must not
 * be interrupted, and so is never called through this.
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

/** For work that must finish even if the run is being stopped. */
export function unstopped(context: RunContext): RunContext {
  return { ...context, stop: new AbortController().signal };
}

export function inspectOptions(context: RunContext): InspectOptions {
  const { stop, spares } = context;
  return { ...equipmentOf(context), signal: stop, spare: spares?.inspector };
}

/** For an inspection that must finish even if the run is being stopped. */
export function unstoppable(context: RunContext): InspectOptions {
  return inspectOptions(unstopped(context));
}
