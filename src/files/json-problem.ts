// Not from zod/mini: for this one class a bundle would have to carry the whole library.
import { $ZodError } from 'zod/v4/core';
import { messageOf } from '../errors.ts';

/** Why a small JSON file of ours could not be parsed, as part of a sentence. @param thrown By JSON.parse or the schema. */
export function jsonProblem(thrown: unknown): string {
  const [issue] = thrown instanceof $ZodError ? thrown.issues : [];
  const problem =
    issue === undefined ? messageOf(thrown) : `${issue.path.join('.') || 'its content'}: ${issue.message}`;
  return problem.replace(/\s+/g, ' ').slice(0, 160);
}
