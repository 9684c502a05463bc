import { writeFileDurably } from './durable.ts';
import { type Ownership, own } from './ownership.ts';

/**
 * Writes a small file whole, for whoever may use the database.
 * @param temporary As in {@link writeFileDurably}.
 * @throws {Error} as Node has it, such as ENOSPC.
 */
export function writeOwnedFile(path: string, content: string, ownership: Ownership, temporary = `${path}.tmp`): void {
  writeFileDurably(path, content, ownership.mode, temporary);
  own(path, ownership);
}
