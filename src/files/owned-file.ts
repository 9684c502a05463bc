import { rmSync } from 'node:fs';
import { writeFileDurably } from './durable.ts';
import { type Ownership, own } from './ownership.ts';

/**
 * Writes a small file whole, for whoever may use the database, and leaves nothing behind where it cannot: on a full disk
 * each block counts.
 * @param temporary As in {@link writeFileDurably}.
 * @throws {Error} as Node has it, such as ENOSPC.
 */
export function writeOwnedFile(path: string, content: string, ownership: Ownership, temporary = `${path}.tmp`): void {
  try {
    writeFileDurably(path, content, ownership.mode, temporary);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  own(path, ownership);
}
