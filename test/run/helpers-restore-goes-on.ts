/** What the quick and the long tests of this subject share. */
import assert from 'node:assert/strict';
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dumpWithVersion } from '../harness/dump.ts';
import { dieAtFileCall, killAt } from '../harness/kill.ts';
import type { Restorable } from '../harness/restorable.ts';

/** The command ends well, with the state of the snapshot. */
export async function assertPutBack(it: Restorable, command: readonly string[]): Promise<void> {
  const result = await it.run(command);
  assert.equal(result.code, 0, result.stderr);
  assert.equal(dumpWithVersion(it.database), it.old);
}

export function killInRestore(it: Restorable, point: string) {
  return killAt(['snapshot', 'restore', it.id, '--yes', '--database', it.database], point, 'both');
}

/** The copy of the snapshot is written by half, and does not have the name of the database yet. */
export async function killInExchange(it: Restorable): Promise<void> {
  const killed = await it.run(['snapshot', 'restore', it.id, '--yes'], dieAtFileCall('copyFile 1'));
  assert.equal(killed.signal, 'SIGKILL', killed.stderr);
}

/** Its pages stay sound. */
export function spoil(path: string): void {
  const at = readFileSync(path).indexOf('item 77');
  const file = openSync(path, 'r+');
  writeSync(file, 'ITEM 77', at);
  closeSync(file);
}
