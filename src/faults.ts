/**
 * Points at which the test harness can stop a process, in order to kill it there. The published build has an empty
 * function instead (see ops/build.ts), and rejects the variables like any unknown one.
 */
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

/**
 * If the comma-separated DRYDOCK_FAULT_PAUSE contains `name`, writes the pid to `<DRYDOCK_FAULT_DIR>/<name>.reached` and
 * waits until `<name>.continue` appears there.
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
