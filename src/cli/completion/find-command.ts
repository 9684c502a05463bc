import { shellWord } from '../../files/shell-word.ts';
import type { Completion } from './completions.ts';

/** The lines of a `case` by which bash and zsh find the command that is being typed, word by word. */
export function commandCases(completions: readonly Completion[]): string[] {
  return completions
    .filter(({ path }) => path.length > 0)
    .map(({ path }) => {
      const before = path.slice(0, -1).join(' ');
      return `${shellWord(`${before}:${path.at(-1)}`)}) command=${shellWord(path.join(' '))} ;;`;
    });
}

/** The lines of a `case` over command and word, for the values of flags. @param each What to do for a kind of value. */
export function valueCases(
  completions: readonly Completion[],
  each: Readonly<Record<'file' | 'folder' | 'other', string>>,
): string[] {
  return completions.flatMap(({ path, flags }) =>
    flags.flatMap(({ words, value }) => {
      if (value === undefined) return [];
      const patterns = words.map((word) => shellWord(`${path.join(' ')}:${word}`)).join('|');
      return [`${patterns}) ${each[value]} ;;`];
    }),
  );
}
