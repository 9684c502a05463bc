import { sha256 } from './sha256.ts';

/**
 * A revision's text in normal form: without a BOM, with LF as the line ending. Git may check out one commit with different
 * line endings on two machines, and both must read, and run, the same revision.
 */
export function normaliseText(text: string): string {
  return text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
}

/**
 * The checksum that reveals an edited revision.
 * @returns sha256 of the normalised text as UTF-8, in lower-case hex.
 */
export function checksum(text: string): string {
  const normal = normaliseText(text);
  shortLeft -= normal.length;
  if (shortLeft >= 0) return sha256(normal);
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(normal, 'utf8').digest('hex');
}

/** In characters: beyond roughly this many, loading Node's own hash is cheaper than continuing without it. */
let shortLeft = 16_384;
