/**
 * Keeps the live file unchanged until its snapshot is proven, while small statements already run. With a rollback
 * journal SQLite writes changed pages into the file before the commit when its cache is full; `cache_spill = OFF` forbids
 * that (https://sqlite.org/pragma.html#pragma_cache_spill), but keeps every changed page in memory. So only statements
 * that change a handful of pages pass while the gate is closed; all others wait.
 */
import { readSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { DrydockError } from '../errors.ts';
import { changesSchemaOnly } from '../revisions/sql/schema-only.ts';
import { gateDescriptor } from './protocol.ts';

/** Not a failure of a revision: its statement did not run, and the inspection of the snapshot reports why. */
export class SnapshotUnproven extends DrydockError {
  constructor() {
    super('PREFLIGHT', {
      what: 'The snapshot could not be proven, so the revisions were stopped before they changed any row',
    });
  }
}

/** @returns A function to call before each statement. It may block, and throws if the snapshot could not be proven. */
export function closeGate(connection: Database.Database): (sql: string) => void {
  connection.pragma('cache_spill = OFF');
  let closed = true;
  return (sql) => {
    if (!closed || changesSchemaOnly(sql)) return;
    // Blocks on purpose: a module's statements are synchronous, and the engine has nothing else to do.
    if (readSync(gateDescriptor, Buffer.alloc(1)) === 0) throw new SnapshotUnproven();
    closed = false;
    connection.pragma('cache_spill = ON');
  };
}
