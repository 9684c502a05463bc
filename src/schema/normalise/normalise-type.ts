import { foldName } from '../names.ts';
import { tokenize } from '../parse.ts';
import { unquoted } from './normalise.ts';

/**
 * A declared type with canonical whitespace: `decimal( 10 ,2)` becomes `decimal(10, 2)`. Its letter case stays.
 * @param sql The text of the type as the grammar reads it.
 */
export function typeText(sql: string): string {
  const words = [...tokenize(sql)].map(({ text }) => unquoted(text));
  return withoutGeneratedAlways(words).reduce((text, word) => text + separator(text, word) + word, '');
}

/** Whether two declared types mean the same; letter case does not matter. */
export function sameType(one: string, other: string): boolean {
  return foldName(one) === foldName(other);
}

/** The grammar reads these two words as the end of the type; sqlite3AddColumn (build.c) cuts them off, as this does. */
function withoutGeneratedAlways(words: readonly string[]): readonly string[] {
  const [last, beforeLast] = [words.at(-1), words.at(-2)];
  const isGenerated = foldName(last ?? '') === 'always' && foldName(beforeLast ?? '') === 'generated';
  return isGenerated ? words.slice(0, -2) : words;
}

function separator(text: string, word: string): string {
  return text === '' || text.endsWith('(') || /^[(),]$/.test(word) || /[+-]$/.test(text) ? '' : ' ';
}
