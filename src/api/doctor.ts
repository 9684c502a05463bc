import type { Config } from '../config/config.ts';
import { type Diagnosis, diagnose } from '../doctor/doctor.ts';
import { extensions } from '../doctor/extensions.ts';
import { requireClosedHere } from './in-program.ts';

/**
 * What would make a run fail: the volume, permissions, space, locks, an interrupted run, the history. Writes nothing.
 * @returns `refusal` is the error with which a run would be refused; it is returned, not thrown.
 * @example
 * const { refusal, findings } = await doctor(config);
 * console.log(refusal, findings);
 */
export async function doctor(config: Config): Promise<Diagnosis> {
  requireClosedHere(config);
  return diagnose(config, await extensions(config));
}
