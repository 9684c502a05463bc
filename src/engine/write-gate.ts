/**
 * Keeps the live file as it is until its snapshot is proven, while what is small runs already. With a rollback journal
 * SQLite writes changed pages into the file before the commit when its cache is full; `cache_spill = OFF` forbids that
 * (https://sqlite.org/pragma.html#pragma_cache_spill), at the price of memory for each page that changes. So only
 * statements that change a handful of pages pass while the gate is closed, and all others wait in front of it.
 */
import { readSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { DrydockError } from '../errors.ts';
import { changesSchemaOnly } from '../revisions/sql/schema-only.ts';
import { gateDescriptor } from './protocol.ts';

/** No revision failed: its statement was not run, and what hindered it is told by whoever looked at the snapshot. */
export class SnapshotUnproven extends DrydockError {
  constructor() {
    super('PREFLIGHT', {
      what: 'The snapshot could not be proven, so the revisions were stopped before they changed any row',
    });
  }
}

/** @returns To be called before each statement, which may block in it. It throws where the snapshot turned out unsound. */
export function closeGate(connection: Database.Database): (sql: string) => void {
  connection.pragma('cache_spill = OFF');
  let closed = true;
  return (sql) => {
    if (!closed || changesSchemaOnly(sql)) return;
    // Blocks on purpose: a module's statements are synchronous, and nothing else is to be done here meanwhile.
    if (readSync(gateDescriptor, Buffer.alloc(1)) === 0) throw new SnapshotUnproven();
    closed = false;
    connection.pragma('cache_spill = ON');
  };
}
