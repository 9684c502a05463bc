import type { Engine } from '../engine/client.ts';
import type { HeldNow } from '../engine/protocol.ts';
import type { RunContext } from './context.ts';
import type { RunLocks } from './locks.ts';
import type { Plan } from './plan.ts';

/** A run that holds the write lock and knows its plan: the input of every phase from the snapshot on. */
export interface PlannedRun {
  readonly context: RunContext;
  readonly locks: RunLocks;
  /** It holds the write lock from here to the commit. */
  readonly engine: Engine;
  /** The state under the write lock. */
  readonly held: HeldNow;
  readonly plan: Plan;
}
