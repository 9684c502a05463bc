/**
 * Where the test harness may stop a process, so that it can be killed at a place with a name. The published build
 * has an empty function in the place of this (see ops/build.ts) and refuses the variables like any that it does not know.
 */
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

/**
 * Stops here, where DRYDOCK_FAULT_PAUSE names it, alone or among others with commas, until
 * `<DRYDOCK_FAULT_DIR>/<name>.continue` appears, after leaving `<name>.reached` with the pid.
 */
export async function faultPoint(name: string): Promise<void> {
  if (process.env['DRYDOCK_FAULT_PAUSE']?.split(',').includes(name)) {
    const base = `${process.env['DRYDOCK_FAULT_DIR']}/${name.replaceAll(':', '-')}`;
    writeFileSync(`${base}.reached.tmp`, String(process.pid));
    renameSync(`${base}.reached.tmp`, `${base}.reached`);
    while (!existsSync(`${base}.continue`)) await setTimeout(20);
  }
}

/** True for the variables that only this file reads. */
export function isFaultVariable(name: string): boolean {
  return name.startsWith('DRYDOCK_FAULT_');
}
