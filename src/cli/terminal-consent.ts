import { createInterface } from 'node:readline';
import type { Consent } from '../api/consent.ts';
import { visible } from '../visible.ts';
import { isInteractive } from './ask.ts';

/** Asks if a person can answer: both the input and the output are a terminal. */
export function terminalConsent(): Consent {
  return isInteractive() ? { kind: 'ask', ask } : { kind: 'none' };
}

/** On stderr, since stdout is for the result. Only an explicit yes counts; the end of the input means no. */
function ask(statement: string, kept: string, stop: AbortSignal): Promise<'yes' | 'no'> {
  const { promise, resolve } = Promise.withResolvers<'yes' | 'no'>();
  // The terminal stays in line mode, where Ctrl-C sends the signal that the run listens to.
  const lines = createInterface({ input: process.stdin });
  const close = () => lines.close();
  lines.once('line', (line) => resolve(/^y(es)?$/i.test(line.trim()) ? 'yes' : 'no'));
  lines.once('close', () => resolve('no'));
  stop.addEventListener('abort', close, { once: true });
  process.stderr.write(`${visible(statement)}.\n${kept} Go on? [y/N] `);
  return promise.finally(() => {
    stop.removeEventListener('abort', close);
    close();
  });
}
