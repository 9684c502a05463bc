/**
 * Escapes characters that a terminal would act on. Names of tables, files and revisions, and messages of SQLite, are not
 * ours: printed unchanged they could move the cursor, hide a line, reverse the reading order, or imitate a line of
 * Drydock's. Letters, accents, combining marks and emoji stay as they are.
 */

// C0, DEL and C1; ALM, LRM, RLM; line and paragraph separator, and the bidirectional embeddings, overrides and isolates;
// halves of a surrogate pair. https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters
const acts = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;
const actsInText = /(?!\n|\r\n|\t)[\p{Cc}\p{Cs}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;

/** For one line: line breaks are escaped like the other characters, such as `\u{1b}`. */
export function visible(text: string): string {
  return text.replace(acts, shown);
}

/** For text of several lines: line breaks and tabs stay. */
export function visibleText(text: string): string {
  return text.replace(actsInText, shown);
}

/** Each element as one line. */
export function visibleLines(lines: readonly string[]): string {
  return lines.map(visible).join('\n');
}

/** Escapes every key and every string in a plain value. */
export function visibly(value: unknown): unknown {
  if (typeof value === 'string') return visible(value);
  if (Array.isArray(value)) return value.map(visibly);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [visible(key), visibly(each)]));
}

/** Escapes, in JSON's own way, the characters that JSON leaves unescaped, so that a parser gets the original value. */
export function visibleJson(json: string): string {
  // All of them are single UTF-16 units, and occur only in strings.
  return json.replace(actsInText, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Keeps both ends of a text that is longer than `most`. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const half = Math.floor((most - 1) / 2);
  return `${text.slice(0, half)}…${text.slice(-half)}`;
}

function shown(character: string): string {
  return `\\u{${character.codePointAt(0)?.toString(16)}}`;
}
