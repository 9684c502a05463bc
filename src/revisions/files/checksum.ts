import { sha256 } from './sha256.ts';

/**
 * A revision's text as Drydock takes it: without a BOM, with LF for every line ending. Git may check one commit out with
 * different line endings on two machines, and both must hold, and run, the same revision.
 */
export function normaliseText(text: string): string {
  return text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
}

/**
 * The checksum by which an edited revision is known.
 * @returns sha256 of the normalised text as UTF-8, in lower-case hex.
 */
export function checksum(text: string): string {
  const normal = normaliseText(text);
  shortLeft -= normal.length;
  if (shortLeft >= 0) return sha256(normal);
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(normal, 'utf8').digest('hex');
}

/** Characters: past about as many, to load Node's own hash costs less than to go on without it. */
let shortLeft = 16_384;
