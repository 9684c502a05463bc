import { fileError, lineAt } from './file-error.ts';

/** The value of a literal in a module. An object becomes a Map, so that a key is never more than a key. */
export type Literal = string | number | boolean | null | readonly Literal[] | ReadonlyMap<string, Literal>;

/** The position of the reader. Each function moves `at` past what it read. */
interface Cursor {
  readonly text: string;
  readonly path: string;
  at: number;
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', '\n': '' };
const words: ReadonlyMap<string, Literal> = new Map<string, Literal>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/**
 * Reads the literal at an offset of a module: a string, a template without `${…}`, a whole number, true, false, null, or an
 * array or object of those.
 * @returns The value, and the offset after it.
 * @throws {DrydockError} USAGE, naming the line, for anything whose value is known only by running it.
 */
export function readLiteral(text: string, offset: number, path: string): { value: Literal; end: number } {
  const cursor = { text, path, at: offset };
  skipBlank(cursor);
  const value = readValue(cursor);
  return { value, end: cursor.at };
}

/** The error for a value that is not a literal. */
export function notLiteral(text: string, offset: number, path: string): Error {
  const problem = 'this must be a literal, so that Drydock can read the graph without running your code';
  return fileError(path, lineAt(text, offset), problem);
}

function readValue(cursor: Cursor): Literal {
  const character = cursor.text.charAt(cursor.at);
  if (character === '[') return readArray(cursor);
  if (character === '{') return readObject(cursor);
  if (/['"`]/.test(character)) return readString(cursor);
  const number = take(cursor, /[+-]?\d[\d_]*/y);
  if (number !== undefined) return Number(number.replaceAll('_', ''));
  const start = cursor.at;
  const word = words.get(take(cursor, /[A-Za-z_$][\w$]*/y) ?? '');
  if (word === undefined) throw notLiteral(cursor.text, start, cursor.path);
  return word;
}

function readArray(cursor: Cursor): Literal {
  const values: Literal[] = [];
  readList(cursor, ']', () => values.push(readValue(cursor)));
  return values;
}

function readObject(cursor: Cursor): Literal {
  const values = new Map<string, Literal>();
  readList(cursor, '}', () => {
    const start = cursor.at;
    const key = /['"]/.test(cursor.text.charAt(start)) ? readString(cursor) : take(cursor, /[\w$\u0080-\uFFFF]+/y);
    skipBlank(cursor);
    if (key === undefined || take(cursor, /:/y) === undefined) throw notLiteral(cursor.text, start, cursor.path);
    if (values.has(key)) throw fileError(cursor.path, lineAt(cursor.text, start), `duplicate key '${key}'`);
    skipBlank(cursor);
    values.set(key, readValue(cursor));
  });
  return values;
}

/** Reads comma-separated items up to `close`; a trailing comma is allowed. */
function readList(cursor: Cursor, close: string, readItem: () => void): void {
  cursor.at += 1;
  skipBlank(cursor);
  while (cursor.text[cursor.at] !== close) {
    readItem();
    skipBlank(cursor);
    const comma = take(cursor, /,/y);
    skipBlank(cursor);
    if (comma === undefined && cursor.text[cursor.at] !== close) throw notLiteral(cursor.text, cursor.at, cursor.path);
  }
  cursor.at += 1;
}

function readString(cursor: Cursor): string {
  const start = cursor.at;
  const quote = cursor.text.charAt(start);
  let value = '';
  for (let at = start + 1; at < cursor.text.length; at += 1) {
    const character = cursor.text.charAt(at);
    if (character === quote) {
      cursor.at = at + 1;
      return value;
    }
    if (character === '\\') {
      const escaped = cursor.text.charAt(at + 1);
      // Code point escapes are not supported: the author can type the character itself.
      if (/[ux0-9]/.test(escaped)) throw notLiteral(cursor.text, at, cursor.path);
      value += escapes[escaped] ?? escaped;
      at += 1;
    } else if (character === '\n' && quote !== '`') break;
    else if (cursor.text.startsWith('${', at) && quote === '`') break;
    else value += character;
  }
  throw notLiteral(cursor.text, start, cursor.path);
}

function skipBlank(cursor: Cursor): void {
  take(cursor, /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y);
}

function take(cursor: Cursor, pattern: RegExp): string | undefined {
  pattern.lastIndex = cursor.at;
  const found = pattern.exec(cursor.text)?.[0];
  if (found !== undefined) cursor.at += found.length;
  return found;
}
