import type { ConfigFile } from './file.ts';
import { isWhat, problemText } from './problem-text.ts';
import { durationMs } from './quantities.ts';

/** The defaults of a window. */
export const windowDefaults = { duration: '1h', grace: '0s', jitter: '0s', timeZone: 'UTC', missed: 'skip' } as const;

/**
 * Checks what zod cannot check about windows. node-cron is loaded only if there are any: it would cost every start 18 ms.
 * @throws {DrydockError} USAGE, naming the place of the wrong value.
 */
export async function checkWindows(file: ConfigFile): Promise<void> {
  const windows = file.settings.windows ?? [];
  if (windows.length === 0) return;
  const { validate } = await import('node-cron');
  for (const [index, window] of windows.entries()) {
    const { cron, duration = windowDefaults.duration, jitter = windowDefaults.jitter } = window;
    // node-cron also accepts a field of seconds before the five.
    const isCron = validate(cron) && cron.trim().split(/\s+/).length !== 6;
    if (!isCron || (await neverOpens(cron))) {
      const text = problemText(
        `${isWhat(cron)}, not a cron expression of five fields that ever fires`,
        'Write fields such as 0 4 * * *',
      );
      throw file.error(['windows', index, 'cron'], text);
    }
    if (durationMs(jitter) >= durationMs(duration)) {
      const text = problemText(
        `is '${jitter}', and the window is open for ${duration}`,
        'Write less than its duration',
      );
      throw file.error(['windows', index, 'jitter'], text);
    }
  }
}

/**
 * Whether it means days that no year has, such as 31W in February. node-cron detects those only among plain numbers, which
 * are left to it: the search would delay every start with such a window.
 */
async function neverOpens(cron: string): Promise<boolean> {
  if (!/[LW#]/i.test(cron)) return false;
  const { openingsOf } = await import('./occurrences.ts');
  return openingsOf(cron, windowDefaults.timeZone).after(new Date()) === undefined;
}
