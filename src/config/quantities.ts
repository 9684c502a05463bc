import { invariant } from '../errors.ts';
import { isWhat, problemText } from './problem-text.ts';

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** One spelling per unit. */
export const durationPattern = /^\d+(\.\d+)?\s*(ms|s|m|h|d|w)$/;

export const sizePattern = /^\d+(\.\d+)?\s*[kKmMgGtT]?[bB]$/;

/** Node's timers cannot wait longer than 2^31 - 1 ms, or 24.8 days: a longer one would fire at once. */
export const maxTimerMs = 24 * 24 * 60 * 60 * 1000;

/** In milliseconds, both inclusive. */
export interface DurationBounds {
  readonly minMs: number;
  readonly maxMs: number;
}

/** @param text Must match `durationPattern`. @returns Whole milliseconds. */
export function durationMs(text: string): number {
  const unit = durationPattern.exec(text)?.[2];
  invariant(unit !== undefined, `'${text}' was taken for a duration`);
  return Math.round(Number.parseFloat(text) * unitMs[unit as keyof typeof unitMs]);
}

/** As people write it, in the largest unit that leaves no rest. @param milliseconds Whole. */
function durationSpelling(milliseconds: number): string {
  const [unit, size] = Object.entries(unitMs).findLast(([, ms]) => milliseconds % ms === 0) ?? ['ms', 1];
  return `${milliseconds / size}${unit}`;
}

/** @param text Must match `sizePattern`; a KB is 1024 bytes. @returns Whole bytes. */
export function sizeBytes(text: string): number {
  invariant(sizePattern.test(text), `'${text}' was taken for a size`);
  const power = 'BKMGT'.indexOf(/[a-z]/i.exec(text)?.[0].toUpperCase() ?? '');
  return Math.floor(Number.parseFloat(text) * 1024 ** power);
}

export function durationInBounds(text: string, bounds: DurationBounds): boolean {
  const value = durationMs(text);
  return value >= bounds.minMs && value <= bounds.maxMs;
}

/** The problem with a value that is not a valid duration. */
export function durationProblem(value: unknown, bounds: DurationBounds): string {
  const text = String(value);
  if (isBareNumber(value))
    return problemText(`has no unit: ${text}`, `Write ${text}s for seconds, or use ms, m, h, d, w`);
  if (text.startsWith('-')) return problemText(`is negative: ${text}`, 'Write a duration such as 30s, 5m or 1.5h');
  if (!durationPattern.test(text)) {
    return problemText(
      `${isWhat(value)}, not a duration`,
      'Write a number and a unit (ms, s, m, h, d, w), such as 30s or 5m',
    );
  }
  return durationMs(text) < bounds.minMs
    ? problemText(`is too short: ${text}`, `Write at least ${durationSpelling(bounds.minMs)}, or leave it out`)
    : problemText(`is too long: ${text}`, `Write at most ${durationSpelling(bounds.maxMs)}`);
}

/** The problem with a value that is not a valid size. */
export function sizeProblem(value: unknown): string {
  const text = String(value);
  if (isBareNumber(value))
    return problemText(`has no unit: ${text}`, `Write ${text}B for bytes, or use KB, MB, GB, TB`);
  if (text.startsWith('-')) return problemText(`is negative: ${text}`, 'Write a size such as 500MB or 20GB');
  if (!sizePattern.test(text)) {
    return problemText(
      `${isWhat(value)}, not a size`,
      'Write a number and a unit (B, KB, MB, GB, TB), such as 500MB or 20GB',
    );
  }
  return problemText(`is out of range: ${text}`, 'Write at least 1B, or leave it out');
}

function isBareNumber(value: unknown): boolean {
  return typeof value === 'number' ? value >= 0 : typeof value === 'string' && /^\d+(\.\d+)?$/.test(value);
}
