import { createInterface } from 'node:readline/promises';
import { DrydockError } from '../errors.ts';
import { visible } from '../visible.ts';

/** Whether a person can be asked. */
export function isInteractive(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/**
 * Asks on the terminal until the answer is valid. Stdout is for the result, so the question goes to stderr.
 * @throws {DrydockError} USAGE if the input ends instead.
 */
export async function askYesNo(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new AbortController();
  terminal.once('close', () => ended.abort());
  try {
    for (;;) {
      const answer = (await terminal.question(`${visible(question)} [y/n] `, { signal: ended.signal }))
        .trim()
        .toLowerCase();
      if (['y', 'yes'].includes(answer)) return true;
      if (['n', 'no'].includes(answer)) return false;
    }
  } catch (cause) {
    throw new DrydockError('USAGE', {
      what: `There was no answer to "${question}"`,
      next: 'Run again and answer',
      cause,
    });
  } finally {
    terminal.close();
  }
}
