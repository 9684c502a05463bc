import type { SchemaDifference } from './difference.ts';

/** A difference between the schema before and after a run, as what the run does: a difference says what should be. */
export function changeSentence({ from, to, sentence }: SchemaDifference): string {
  if (from === undefined) return sentence.replace(/ is missing$/, ' is new');
  if (to === undefined) return sentence.replace(/ is there and should not be$/, ' goes');
  return sentence.replace(/ and should /, ' and will ');
}
