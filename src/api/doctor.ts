import type { Config } from '../config/config.ts';
import { type Diagnosis, diagnose } from '../doctor/doctor.ts';
import { requireClosedHere } from './in-program.ts';

/**
 * What would make a run fail: the volume, permissions, space, locks, an interrupted run, the history. Writes nothing.
 * @returns `refusal` is what a run with something to do would end with; nothing is thrown for it.
 * @example
 * const { refusal, findings } = await doctor(config);
 * console.log(refusal, findings);
 */
export async function doctor(config: Config): Promise<Diagnosis> {
  requireClosedHere(config);
  return diagnose(config);
}
