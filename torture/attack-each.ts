/** One attack after the other, and what was found. */
import { Broken } from './broken.ts';

export interface Finding {
  /** A call, a seed or a place in a list: what the attack takes to be repeated. */
  readonly at: number;
  readonly what: string;
}

export interface Outcome {
  /** Runs that were attacked, or states and inputs that were looked at. */
  readonly attempts: number;
  readonly findings: readonly Finding[];
}

/** Told before each attack. */
export type Progress = (done: number, of: number) => void;

/**
 * Attacks at each of these numbers in turn.
 * @param attack Resolves to 'missed' where there was nothing left to attack, which ends it.
 * @param of About how many there are.
 */
export async function attackEach(
  numbers: Iterable<number>,
  attack: (at: number) => Promise<'missed' | unknown>,
  of: number,
  progress: Progress,
): Promise<Outcome> {
  const findings: Finding[] = [];
  let attempts = 0;
  for (const at of numbers) {
    progress(attempts, of);
    try {
      if ((await attack(at)) === 'missed') break;
    } catch (error) {
      findings.push({ at, what: sentenceOf(error) });
    }
    attempts += 1;
  }
  return { attempts, findings };
}

/** A fault of an attack is written down like what it looks for: the other attacks of a run of hours go on. */
export function sentenceOf(error: unknown): string {
  if (error instanceof Broken) return error.message;
  return `the attack itself failed: ${error instanceof Error ? error.stack : String(error)}`;
}

/** So many numbers, from the first on. */
export function* range(first: number, count = Number.POSITIVE_INFINITY): Generator<number> {
  for (let number = first; number < first + count; number += 1) yield number;
}
