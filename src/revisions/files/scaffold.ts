/** What a new revision does before anybody has written into it: nothing. */
import { readFileSync } from 'node:fs';
import type { Revision } from '../revision.ts';
import { checksum, normaliseText } from './checksum.ts';
import { maskModule } from './module-text.ts';

export const emptySections = '-- migrate:up\n\n-- migrate:down\n';

export const emptyFunctions = `export function upgrade(op: Operations): void {}

export function downgrade(op: Operations): void {}
`;

/** Whether the upgrade of a revision has no body. A merge needs none. */
export function isLeftEmpty({ body, revises, path }: Revision): boolean {
  if (revises.length > 1) return false;
  if (body.kind === 'sql') return body.up.length === 0;
  return /\bexport\b[^;{}]*\bupgrade\b[^{]*\{\s*\}/.test(maskModule(normaliseText(readFileSync(path, 'utf8')), path));
}

/** Whether a checksum is that of the file of this revision before anybody wrote below its header. */
export function isScaffold({ path, body }: Revision, recorded: string): boolean {
  const text = normaliseText(readFileSync(path, 'utf8'));
  const scaffold =
    body.kind === 'sql'
      ? text.replace(/^-- migrate:up\n[\s\S]*$/m, emptySections)
      : text.replace(/^export function upgrade\([\s\S]*$/m, emptyFunctions);
  return scaffold !== text && checksum(scaffold) === recorded;
}
