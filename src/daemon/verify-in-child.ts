import type { VerifyReport } from '../api/verify.ts';
import type { Config } from '../config/config.ts';
import { askApart, forkApart } from '../engine/one-shot-child.ts';

/**
 * `drydock verify` in a separate process.
 * @throws the reason of `signal` if it is aborted; the process, which only reads, is then killed.
 */
export async function verifyApart(config: Config, signal: AbortSignal): Promise<VerifyReport> {
  return askApart(await forkApart('verifier'), { ...config }, { does: 'verifies the database', signal });
}
