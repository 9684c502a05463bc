import { DrydockError } from '../../errors.ts';
import { plural } from '../../format.ts';

/**
 * The error for a mistake in a file written by a person.
 * @param file Path of the file, or another name for the source of the text.
 * @param line 1-based line of the mistake.
 * @param problem What is wrong there, without a full stop.
 */
export function fileError(file: string, line: number, problem: string): DrydockError {
  return new DrydockError('USAGE', {
    what: `${file}:${line}: ${problem}`,
    next: 'Correct the file, then run the command again',
  });
}

/**
 * One error for all that is wrong in some files; undefined for none.
 * @param problems At least one error of {@link fileError}, or several in one, for each file.
 */
export function filesError(problems: readonly DrydockError[]): DrydockError | undefined {
  const places = problems.flatMap((problem) => problem.places ?? [problem.what]);
  if (places.length < 2) return problems[0];
  return new DrydockError('USAGE', {
    what: `${plural(places.length, 'problem')} in the revision files: ${places.join('; ')}`,
    next: 'Correct the files, then run the command again',
    places,
  });
}

/** The 1-based line of an offset in a text. Lines end in LF. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}
