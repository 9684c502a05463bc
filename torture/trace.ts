/** What every call of a run did to the files, in order, as effects.c writes it down. */
import { readFileSync } from 'node:fs';

export type Effect =
  | { readonly kind: 'create' | 'mkdir' | 'rmdir' | 'unlink' | 'sync'; readonly inode: bigint; readonly path: string }
  | {
      readonly kind: 'write';
      readonly inode: bigint;
      readonly path: string;
      readonly offset: number;
      readonly data: Buffer;
    }
  | { readonly kind: 'truncate'; readonly inode: bigint; readonly path: string; readonly size: number }
  | { readonly kind: 'rename' | 'link'; readonly inode: bigint; readonly path: string; readonly to: string };

/** The numbers are those of `enum op` in effects.c. */
const kinds = [
  undefined,
  'create',
  'write',
  'truncate',
  'sync',
  'rename',
  'unlink',
  'link',
  'mkdir',
  'rmdir',
] as const satisfies readonly (Effect['kind'] | undefined)[];

const headBytes = 40;

export function readTrace(path: string): Effect[] {
  const log = readFileSync(path);
  const effects: Effect[] = [];
  let at = 0;
  const take = (bytes: number) => {
    at += bytes;
    return log.subarray(at - bytes, at);
  };
  while (at < log.length) {
    const head = take(headBytes);
    const kind = kinds[head.readUInt32LE(0)];
    if (kind === undefined) throw new Error(`the log of calls is broken before byte ${at}`);
    const inode = head.readBigUInt64LE(16);
    const [offset, length] = [Number(head.readBigUInt64LE(24)), Number(head.readBigUInt64LE(32))];
    const name = take(head.readUInt32LE(4)).toString();
    const to = take(head.readUInt32LE(8)).toString();
    if (kind === 'write') effects.push({ kind, inode, path: name, offset, data: take(length) });
    else if (kind === 'truncate') effects.push({ kind, inode, path: name, size: offset });
    else if (kind === 'rename' || kind === 'link') effects.push({ kind, inode, path: name, to });
    else effects.push({ kind, inode, path: name });
  }
  return effects;
}
