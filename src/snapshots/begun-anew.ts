/** The mark of `drydock begin-anew`: what was known of the database before that moment is of a life that is ended. */
import * as z from 'zod/mini';
import { codeOf, DrydockError } from '../errors.ts';
import { jsonProblem } from '../files/json-problem.ts';
import type { Layout } from '../files/layout.ts';
import { readOwnFile, writeOwnedFile } from '../files/owned-file.ts';
import type { Ownership } from '../files/ownership.ts';

const markSchema = z.object({ format: z.literal(1), runId: z.string(), at: z.iso.datetime() });

/** @param at Not before anything that it is to end. */
export function markBegunAnew(layout: Layout, ownership: Ownership, runId: string, at: string): void {
  const text = `${JSON.stringify(markSchema.parse({ format: 1, runId, at }), null, 2)}\n`;
  writeOwnedFile(layout.begunAnew, text, ownership);
}

/**
 * @returns When the database was begun anew; undefined where it never was.
 * @throws {DrydockError} PREFLIGHT where the mark is there and cannot be understood.
 */
export function begunAnewAt({ begunAnew: path }: Layout): string | undefined {
  try {
    return markSchema.parse(JSON.parse(readOwnFile(path))).at;
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    if (error instanceof DrydockError || codeOf(error) !== '') throw error;
    throw new DrydockError('PREFLIGHT', {
      what: `${path}, which says when the database was begun anew, cannot be understood (${jsonProblem(error)})`,
      state: 'Nothing was changed',
      next: 'If a newer Drydock wrote it, run that version; else move it away, and run drydock begin-anew again if a run asks for it',
      cause: error,
    });
  }
}
