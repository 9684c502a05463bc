import type { Engine } from '../engine/client.ts';
import type { HeldNow } from '../engine/protocol.ts';
import type { RunContext } from './context.ts';

/** Takes the write lock; SQLite rolls back on the way what a killed process left. */
export async function hold(context: RunContext, engine: Engine): Promise<HeldNow> {
  return engine.call('hold', {
    database: context.layout.database,
    busyTimeoutMs: context.request.config.busyTimeoutMs,
  });
}
