/**
 * SHA-256 of a short text. Not Node's own: loading it takes a sixth of the time of a start with nothing pending, and most
 * starts hash only a few revisions.
 */
import { sha256 as hash } from '@noble/hashes/sha2.js';

/** @returns The hash of the text as UTF-8, in lower-case hex. */
export function sha256(text: string): string {
  return Buffer.from(hash(Buffer.from(text, 'utf8'))).toString('hex');
}
