/** Names for a new revision: its id and its file. */
import { randomBytes } from 'node:crypto';

/** Beyond six digits it is a date or a hash, and one more is not the next. */
const numbered = /^(\d{1,6})(?=_|$)/;

/**
 * The id of a new revision: the next number where all the others are numbered like `001_…`, or are still to come; else
 * 12 hex digits at random, as Alembic gives them.
 */
export function nextId(ids: readonly string[]): string {
  const numbers = ids.map((id) => numbered.exec(id)?.[1]);
  if (numbers.includes(undefined)) return randomBytes(6).toString('hex');
  const digits = numbers.filter((number) => number !== undefined);
  const width = Math.max(3, ...digits.map(({ length }) => length));
  const next = 1 + Math.max(0, ...digits.map(Number));
  return String(next).padStart(width, '0');
}

/** A message as part of a file's name: its words in lower case, at most 40 characters and no half word. */
export function slugOf(message: string): string {
  const words =
    message
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{N}_]+/gu) ?? [];
  const slug = words.join('_');
  return slug.length <= 40 ? slug : slug.slice(0, 41).replace(/_?[^_]*$/, '') || slug.slice(0, 40);
}

/** `<id>_<slug>.<extension>`. */
export function fileNameOf(id: string, message: string, extension: 'sql' | 'ts'): string {
  const slug = slugOf(message);
  return `${slug === '' ? id : `${id}_${slug}`}.${extension}`;
}
