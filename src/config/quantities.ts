import bytes from 'bytes';
import ms from 'ms';
import { invariant } from '../errors.ts';
import { isWhat, problem } from './problem.ts';

/** One spelling per unit. `ms` itself knows more, but reads a bare number as milliseconds and `M` as minutes. */
export const durationPattern = /^\d+(\.\d+)?\s*(ms|s|m|h|d|w)$/;

/** `bytes` itself reads `20G` and `20GiB` as 20 bytes without a word. */
export const sizePattern = /^\d+(\.\d+)?\s*[kKmMgGtT]?[bB]$/;

/** A timer of Node cannot wait longer than 2^31 - 1 ms, which is 24.8 days: it would fire at once. */
export const maxTimerMs = 24 * 24 * 60 * 60 * 1000;

/** Both in milliseconds, both allowed. */
export interface DurationBounds {
  readonly minMs: number;
  readonly maxMs: number;
}

/** @param text One that `durationPattern` matches. @returns Milliseconds, whole. */
export function durationMs(text: string): number {
  invariant(durationPattern.test(text), `'${text}' was taken for a duration`);
  return Math.round(ms(text as ms.StringValue));
}

/** @param text One that `sizePattern` matches, a KB being 1024 bytes. @returns Bytes, whole. */
export function sizeBytes(text: string): number {
  const size = sizePattern.test(text) ? bytes.parse(text) : null;
  invariant(size !== null, `'${text}' was taken for a size`);
  return Math.round(size);
}

export function durationInBounds(text: string, bounds: DurationBounds): boolean {
  const value = durationMs(text);
  return value >= bounds.minMs && value <= bounds.maxMs;
}

/** What is wrong with a value that was not accepted as a duration. */
export function durationProblem(value: unknown, bounds: DurationBounds): string {
  const text = String(value);
  if (isBareNumber(value)) return problem(`has no unit: ${text}`, `Write ${text}s for seconds, or use ms, m, h, d, w`);
  if (text.startsWith('-')) return problem(`is negative: ${text}`, 'Write a duration such as 30s, 5m or 1.5h');
  if (!durationPattern.test(text)) {
    return problem(
      `${isWhat(value)}, not a duration`,
      'Write a number and a unit (ms, s, m, h, d, w), such as 30s or 5m',
    );
  }
  return durationMs(text) < bounds.minMs
    ? problem(`is too short: ${text}`, `Write at least ${ms(bounds.minMs)}, or leave it out`)
    : problem(`is too long: ${text}`, `Write at most ${ms(bounds.maxMs)}`);
}

/** What is wrong with a value that was not accepted as a size. */
export function sizeProblem(value: unknown): string {
  const text = String(value);
  if (isBareNumber(value)) return problem(`has no unit: ${text}`, `Write ${text}B for bytes, or use KB, MB, GB, TB`);
  if (text.startsWith('-')) return problem(`is negative: ${text}`, 'Write a size such as 500MB or 20GB');
  if (!sizePattern.test(text)) {
    return problem(
      `${isWhat(value)}, not a size`,
      'Write a number and a unit (B, KB, MB, GB, TB), such as 500MB or 20GB',
    );
  }
  return problem(`is out of range: ${text}`, 'Write at least 1B, or leave it out');
}

function isBareNumber(value: unknown): boolean {
  return typeof value === 'number' ? value >= 0 : typeof value === 'string' && /^\d+(\.\d+)?$/.test(value);
}
