/** The mark of `drydock begin-anew`: everything known of the database before that moment belongs to an ended life. */
import * as z from 'zod/mini';
import { codeOf, DrydockError } from '../errors.ts';
import { jsonProblem } from '../files/json-problem.ts';
import type { Layout } from '../files/layout.ts';
import { readOwnFile, writeOwnedFile } from '../files/owned-file.ts';
import type { Ownership } from '../files/ownership.ts';

const markSchema = z.object({ format: z.literal(1), runId: z.string(), at: z.iso.datetime() });

/** @param at ISO 8601; not earlier than anything of the life that it ends. */
export function markBegunAnew(layout: Layout, ownership: Ownership, runId: string, at: string): void {
  const text = `${JSON.stringify(markSchema.parse({ format: 1, runId, at }), null, 2)}\n`;
  writeOwnedFile(layout.begunAnew, text, ownership);
}

/**
 * @returns When the database was begun anew, ISO 8601; undefined if it never was.
 * @throws {DrydockError} PREFLIGHT if there is a mark that cannot be parsed.
 */
export function begunAnewAt({ begunAnew: path }: Layout): string | undefined {
  try {
    return markSchema.parse(JSON.parse(readOwnFile(path))).at;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    if (error instanceof DrydockError || codeOf(error) !== '') throw error;
    throw new DrydockError('PREFLIGHT', {
      what: `${path}, which says when the database was begun anew, cannot be parsed (${jsonProblem(error)})`,
      state: 'Nothing was changed',
      next: 'If a newer Drydock wrote it, run that version; else move it away, and run `drydock begin-anew` again if a run asks for it',
      cause: error,
    });
  }
}
