/**
 * SHA-256 of a short text. Not by Node's own: to load that is a sixth of what a start with nothing pending costs, and most
 * starts hash no more than a few revisions.
 */
import { sha256 as hash } from '@noble/hashes/sha2.js';

/** @returns Of the text as UTF-8, in lower-case hex. */
export function sha256(text: string): string {
  return Buffer.from(hash(Buffer.from(text, 'utf8'))).toString('hex');
}
