/**
 * Makes visible what a terminal would act on. Names of tables, files and revisions, and messages of SQLite, are not ours:
 * printed as they are they could move the cursor, hide a line, turn the reading order around, or pretend to be a line of
 * Drydock's. Letters, accents, combining marks and emoji stay as they are.
 */

// C0, DEL and C1; ALM, LRM, RLM; line and paragraph separator, and the bidirectional embeddings, overrides and isolates;
// halves of a surrogate pair. https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters
const acts = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;
const actsInText = /(?!\n|\r\n|\t)[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** On one line: an end of a line in a name is shown as any other of these characters, such as `\u{1b}`. */
export function visible(text: string): string {
  return text.replace(acts, shown);
}

/** Text of several lines, whose ends and tabs stay. */
export function visibleText(text: string): string {
  return text.replace(actsInText, shown);
}

/** Each of these as one line. */
export function visibleLines(lines: readonly string[]): string {
  return lines.map(visible).join('\n');
}

/** Every key and every string in a plain value. */
export function visibly(value: unknown): unknown {
  if (typeof value === 'string') return visible(value);
  if (Array.isArray(value)) return value.map(visibly);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [visible(key), visibly(each)]));
}

/** What JSON leaves as it is, escaped in the way of JSON, so that whoever parses it gets the value itself. */
export function visibleJson(json: string): string {
  // All of them are of one unit, and stand in strings alone.
  return json.replace(actsInText, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Both ends of a text that is longer than this. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const half = Math.floor((most - 1) / 2);
  return `${text.slice(0, half)}…${text.slice(-half)}`;
}

function shown(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}
