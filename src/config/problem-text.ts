import { DrydockError } from '../errors.ts';

/**
 * What is wrong with a value, as the end of a sentence that begins with its name, and what to do about it. Two lines of
 * one string, because a zod message is a string.
 */
export function problemText(what: string, next: string): string {
  return `${what}\n${next}`;
}

/** @param subject Where the value is: `config/drydock.yaml:3: lock_timeout`, `--deadline`, `DRYDOCK_DATABASE`. */
export function problemAt(subject: string, text: string): DrydockError {
  const [what = '', next = ''] = text.split('\n');
  return new DrydockError('USAGE', { what: `${subject} ${what}`, next });
}

/** Describes a value, to complete the sentence "lock_timeout …". */
export function isWhat(value: unknown): string {
  if (value === undefined) return 'is missing';
  if (value === null || value === '') return 'has no value';
  if (Array.isArray(value)) return 'is a list';
  if (typeof value === 'object') return 'is a group of keys';
  return typeof value === 'string' ? `is '${shorten(value)}'` : `is ${value}`;
}

/** Suggests the known name that is closest to a misspelt one, or lists all of them if none is close. */
export function suggest(unknown: string, known: readonly string[]): string {
  const [nearest] = known
    .map((name) => ({ name, distance: editDistance(unknown.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(2, Math.floor(name.length / 3)))
    .sort((a, b) => a.distance - b.distance);
  return nearest === undefined ? `Valid names: ${known.join(', ')}` : `Did you mean ${nearest.name}?`;
}

/** Levenshtein's distance, one row of the table at a time. */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...from].entries()) {
    const next = [i + 1];
    for (let j = 1; j <= to.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (letter === to[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

/** A long value, pasted by mistake, must not fill the screen. */
function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
