import { DrydockError } from '../../errors.ts';

/**
 * A mistake in a file that somebody wrote, as the error to throw.
 * @param file Path of the file, or another name for where the text came from.
 * @param line 1-based line of the mistake.
 * @param problem What is wrong there, in words; no full stop at the end.
 */
export function fileError(file: string, line: number, problem: string): DrydockError {
  return new DrydockError('USAGE', {
    what: `${file}:${line}: ${problem}`,
    next: 'Correct the file, then run the command again',
  });
}

/** The 1-based line on which an offset of a text lies. Lines end in LF. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1;
  return line;
}
