import * as z from 'zod/mini';
import { messageOf } from '../errors.ts';

/** Why a small JSON file of ours could not be understood, as words for a sentence: what JSON.parse or the schema threw. */
export function jsonProblem(thrown: unknown): string {
  const [issue] = thrown instanceof z.core.$ZodError ? thrown.issues : [];
  const problem =
    issue === undefined ? messageOf(thrown) : `${issue.path.join('.') || 'its content'}: ${issue.message}`;
  return problem.replace(/\s+/g, ' ').slice(0, 160);
}
