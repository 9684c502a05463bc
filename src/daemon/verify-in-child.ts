import type { VerifyReport } from '../api/verify.ts';
import type { Config } from '../config/config.ts';
import { askApart, forkApart } from '../engine/one-shot-child.ts';

/**
 * `drydock verify` in a process of its own.
 * @throws the reason of `signal` where it is aborted; the process is then killed. It only reads.
 */
export async function verifyApart(config: Config, signal: AbortSignal): Promise<VerifyReport> {
  return askApart(await forkApart('verifier'), { ...config }, { does: 'verifies the database', signal });
}
