// Not from zod/mini, whose whole library a bundle would have to carry for this one class.
import { $ZodError } from 'zod/v4/core';
import { messageOf } from '../errors.ts';

/** Why a small JSON file of ours could not be understood, as words for a sentence: what JSON.parse or the schema threw. */
export function jsonProblem(thrown: unknown): string {
  const [issue] = thrown instanceof $ZodError ? thrown.issues : [];
  const problem =
    issue === undefined ? messageOf(thrown) : `${issue.path.join('.') || 'its content'}: ${issue.message}`;
  return problem.replace(/\s+/g, ' ').slice(0, 160);
}
