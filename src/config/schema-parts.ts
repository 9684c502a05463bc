/** The building blocks of the config's schema: which values are valid, and the message for one that is not. */
import * as z from 'zod/mini';
import { isWhat, problemText, suggest } from './problem-text.ts';
import { type DurationBounds, durationInBounds, durationPattern, durationProblem } from './quantities.ts';

export type Issue = { readonly code?: unknown; readonly input?: unknown; readonly keys?: unknown };

export function about(text: string) {
  return z.describe(text);
}

/** An error that says what the value is, what was expected, and an example. */
export function expected(kind: string, example: string) {
  return { error: (issue: Issue) => problemText(`${isWhat(issue.input)}, not ${kind}`, `Write ${example}`) };
}

export function requiredText(kind: string, example: string) {
  const params = expected(kind, example);
  return z.string(params).check(z.regex(/\S/, params));
}

export function duration(bounds: DurationBounds) {
  const params = { error: (issue: Issue) => durationProblem(issue.input, bounds), abort: true };
  return z.string(params).check(
    z.regex(durationPattern, params),
    z.refine((value) => durationInBounds(value, bounds), params),
  );
}

/** A path of a file or folder. Rejects URLs such as Alembic's `sqlalchemy.url`. */
export function filePath(example: string) {
  const params = {
    error: (issue: Issue) =>
      problemText(`${isWhat(issue.input)}, not the path of something on disk`, `Write a path such as ${example}`),
    abort: true,
  };
  return z.string(params).check(z.regex(/^(?!\s*$)(?!:memory:)(?!file:)(?!\w[\w+.-]*:\/\/)[^\0]+$/, params));
}

/** An object that names the nearest known key when it meets an unknown one. */
export function group<Shape extends z.core.$ZodShape>(shape: Shape) {
  const known = Object.keys(shape);
  return z.strictObject(shape, {
    error: (issue: Issue) =>
      issue.code === 'unrecognized_keys' && Array.isArray(issue.keys)
        ? problemText('is not a known key', suggest(String(issue.keys[0]), known))
        : problemText(
            `${isWhat(issue.input)}, not a group of keys`,
            `Give it keys such as ${known[0]}, or leave it out`,
          ),
  });
}

export function listOfNamed<Item extends z.core.SomeType>(item: Item) {
  return z.array(item, expected('a list', 'its entries as lines that begin with a dash')).check((list) => {
    const seen = new Set<unknown>();
    for (const [index, { name }] of (list.value as { name: unknown }[]).entries()) {
      if (seen.has(name)) {
        const message = problemText(`is a duplicate: '${name}'`, 'Give each entry its own name');
        list.issues.push({ code: 'custom', path: [index, 'name'], input: name, message });
      }
      seen.add(name);
    }
  });
}
