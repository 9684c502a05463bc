/**
 * Text in double quotes. Python, Ruby and the sqlite3 shell accept `status = "active"` as text if no column has that name;
 * Drydock's SQLite does not. https://sqlite.org/quirks.html#dblquote
 */
import { traverse } from 'sqlite3-parser';
import { DrydockError, messageOf } from '../../errors.ts';
import { unquoted } from '../normalise/normalise.ts';
import { parseStmt } from '../parse.ts';
import { quoteText } from '../quote.ts';
import type { TextRange } from './edit-text.ts';
import { textAt, withReplaced, wordsOf } from './edit-text.ts';

/** The name that SQLite takes for text in double quotes, by its own error; undefined for any other error. */
export function takenForText(error: unknown): string | undefined {
  const said = /no such column: "([\s\S]*)" - should this be a string literal in single-quotes$/;
  return said.exec(messageOf(error).replace(/\?$/, ''))?.[1];
}

/**
 * A statement with single quotes around its text, as SQLite itself tells it from names: whatever it takes for text is
 * replaced, until the statement compiles.
 * @param compile Throws SQLite's error if a statement does not compile.
 * @throws What `compile` throws, if that does not help; a {@link DrydockError} if a name is text in one place and a column in
 *   another, as far as SQLite can tell.
 */
export function withTextInSingleQuotes(sql: string, compile: (sql: string) => void): string {
  const complaint = (places: ReadonlySet<TextRange>) => complaintAbout(inSingleQuotes(sql, places), compile);
  const expressions = doubleQuoted(sql);
  const text = new Set<TextRange>();
  const names = new Set<string>();
  for (;;) {
    const error = complaint(text);
    if (error === undefined) break;
    const name = takenForText(error);
    const found = expressions.filter((place) => unquoted(textAt(sql, place)) === name && !text.has(place));
    if (name === undefined || found.length === 0) throw error;
    names.add(name);
    for (const place of found) text.add(place);
  }
  for (const name of names) {
    const places = [...text].filter((place) => unquoted(textAt(sql, place)) === name);
    const isText = (place: TextRange) =>
      takenForText(complaint(new Set([...text].filter((other) => other !== place)))) === name;
    if (places.length > 1 && !places.every(isText)) throw isBoth(sql, name);
  }
  return inSingleQuotes(sql, text);
}

/** The text that has double quotes in one statement, and single ones in another that is otherwise the same. */
export function textsOf(before: string, after: string): string[] {
  const [old, now] = [before, after].map((sql) => wordsOf(sql).map((word) => textAt(sql, word)));
  return [...new Set(now?.filter((word, at) => word !== old?.[at]))];
}

/** Whether two texts are the same but for single quotes in the second in place of double ones. */
export function differsOnlyInQuotes(before: string, after: string): boolean {
  const [old, now] = [wordsOf(before), wordsOf(after)];
  return (
    old.length === now.length &&
    old.every((place, at) => {
      const [word, other] = [textAt(before, place), textAt(after, now[at] ?? place)];
      return word === other || (word.startsWith('"') && other === quoteText(unquoted(word)));
    })
  );
}

/**
 * The part of the schema in which SQLite finds text in double quotes when it begins a change. What it finds after a column
 * was dropped is what the drop would break.
 */
export function placeOfQuotedText(error: unknown): { readonly kind: string; readonly name: string } | undefined {
  if (takenForText(error) === undefined) return undefined;
  const said = /^error in (table|index|view|trigger) ([\s\S]*?)(?: after rename)?: no such column: /;
  const [, kind, name] = said.exec(messageOf(error)) ?? [];
  if (kind === undefined || name === undefined || name.endsWith(' after drop column')) return undefined;
  return { kind, name };
}

function complaintAbout(sql: string, compile: (sql: string) => void): unknown {
  try {
    compile(sql);
    return undefined;
  } catch (error) {
    return error;
  }
}

function inSingleQuotes(sql: string, places: ReadonlySet<TextRange>): string {
  return [...places]
    .sort((one, other) => other.start - one.start)
    .reduce((text, place) => withReplaced(text, place, quoteText(unquoted(textAt(sql, place)))), sql);
}

/** What stands in double quotes in the expressions of a statement; anywhere, if it cannot be parsed. */
function doubleQuoted(sql: string): TextRange[] {
  const isQuoted = ({ start }: TextRange) => sql.charAt(start) === '"';
  const parsed = parseStmt(sql);
  if (parsed.status === 'error') return wordsOf(sql).filter(isQuoted);
  const places: TextRange[] = [];
  traverse(parsed.root, {
    enter({ type, span }, parent) {
      // As a default, text in double quotes is accepted.
      if (type === 'Id' && parent?.type !== 'DefaultColumnConstraint')
        places.push({ start: span.offset, end: span.offset + span.length });
      return 'continue';
    },
  });
  return places.filter(isQuoted);
}

function isBoth(sql: string, name: string): DrydockError {
  return new DrydockError('REVISION_FAILED', {
    what: `"${name}" is a column in one place of this statement and text in another: ${sql}`,
    next: `Write the text in single quotes: ${quoteText(name)}`,
  });
}
