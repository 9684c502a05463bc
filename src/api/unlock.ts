import type { Config } from '../config/config.ts';
import type { Observer } from '../events.ts';
import { statDatabase } from '../files/database-reader.ts';
import { layoutFor } from '../files/layout.ts';
import { removeDeadLock, type UnlockResult } from '../lock/unlock.ts';
import { requireNoRoot } from './in-program.ts';
import { ignore } from './session.ts';

/**
 * Removes the lock directory that a dead run left; the next run does the same by itself.
 * @throws {DrydockError} LOCKED if its holder is alive.
 * @example
 * const { outcome } = await unlock(config);
 * console.log(outcome);
 */
export async function unlock(config: Config): Promise<UnlockResult>;
/** @internal */
export async function unlock(config: Config, observer: Observer): Promise<UnlockResult>;
export async function unlock(config: Config, observer: Observer = ignore): Promise<UnlockResult> {
  statDatabase(config.database);
  requireNoRoot(config);
  return removeDeadLock(layoutFor(config), observer);
}
