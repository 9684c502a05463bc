import { DrydockError } from '../../errors.ts';

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

/** The 1-based line of an offset in a text. Lines end in LF. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}
