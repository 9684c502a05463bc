import { healthcheck as askDaemon } from '../../api/healthcheck.ts';
import type { Config } from '../../config/config.ts';
import type { Output } from '../print.ts';

/** For a container's HEALTHCHECK: exit 0 if the daemon of this config answers, 1 if it does not. */
export async function healthcheck(config: Config): Promise<Output> {
  const answer = await askDaemon(config);
  return { data: { ...answer }, text: `The daemon at ${answer.url} is up` };
}
