import type { ConfigFile } from './file.ts';
import { isWhat, problem } from './problem.ts';

/**
 * Checks the cron expressions, which zod cannot. node-cron is loaded only where there are windows: it would cost
 * every start 18 ms.
 */
export async function checkWindows(file: ConfigFile): Promise<void> {
  const windows = file.settings.windows ?? [];
  if (windows.length === 0) return;
  const { validate } = await import('node-cron');
  for (const [index, { cron }] of windows.entries()) {
    if (validate(cron)) continue;
    const text = problem(`${isWhat(cron)}, not a cron expression that ever fires`, 'Write fields such as 0 4 * * *');
    throw file.error(['windows', index, 'cron'], text);
  }
}
