/** Names for a new revision: its id and its file name. */
import { randomBytes } from 'node:crypto';

/** More than six digits are a date or a hash, which have no next number. */
const numbered = /^(\d{1,6})(?=_|$)/;

/**
 * The id of a new revision: the next number if all others are numbered like `001_…` or there are none; otherwise 12 random
 * hex digits, as in Alembic.
 */
export function nextId(ids: readonly string[]): string {
  const numbers = ids.map((id) => numbered.exec(id)?.[1]);
  if (numbers.includes(undefined)) return randomBytes(6).toString('hex');
  const digits = numbers.filter((number) => number !== undefined);
  const width = Math.max(3, ...digits.map(({ length }) => length));
  const next = 1 + Math.max(0, ...digits.map(Number));
  return String(next).padStart(width, '0');
}

/** A message as part of a file name: its words in lower case, cut after whole words at 40 characters. */
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
