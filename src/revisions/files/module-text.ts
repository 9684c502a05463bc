import { fileError, lineAt } from './file-error.ts';

// Words before a regular expression, and words whose parentheses can be followed by one. Otherwise a slash is a division.
const wordsBeforeRegex = /^(?:return|typeof|case|in|of|delete|void|throw|new|do|else|instanceof|yield|await)$/;
const wordsBeforeCondition = /^(?:if|while|for|with)$/;

/**
 * Blanks out what a module does not run: comments, and the contents of strings, template literals and regular expressions.
 * Length and line numbers stay, so an offset in the result is an offset in the text, and what is left is code.
 * @param path Names the file in errors.
 * @throws {DrydockError} USAGE for an unterminated comment or template literal.
 */
export function maskModule(text: string, path: string): string {
  const masked: string[] = [];
  for (const { kind, code } of moduleTokens(text, 0, path)) masked.push(kind === 'code' ? code : blank(code, kind));
  return masked.join('');
}

/** The comments of a module without their delimiters, each with the line on which it begins. */
export function moduleComments(text: string, path: string): { readonly text: string; readonly line: number }[] {
  const comments: { text: string; line: number }[] = [];
  for (const { kind, code, end } of moduleTokens(text, 0, path)) {
    if (kind !== 'comment') continue;
    const inside = code.startsWith('//') ? code.slice(2) : code.slice(2, -2);
    comments.push({ text: inside.trim(), line: lineAt(text, end - code.length) });
  }
  return comments;
}

interface ModuleToken {
  /** `code` is a word or one character. */
  readonly kind: 'code' | 'comment' | 'literal';
  readonly code: string;
  /** Offset after it. */
  readonly end: number;
}

function* moduleTokens(text: string, from: number, path: string): Generator<ModuleToken, void, undefined> {
  // The previous token, which tells a regular expression from a division.
  let previous = '';
  const parentheses: string[] = [];
  let start = from;
  while (start < text.length) {
    const { kind, end } = tokenAt(text, start, previous, path);
    const code = text.slice(start, end);
    yield { kind, code, end };
    if (code === '(') parentheses.push(previous);
    if (code === ')') previous = wordsBeforeCondition.test(parentheses.pop() ?? '') ? 'condition)' : ')';
    else if (kind === 'literal') previous = 'literal';
    else if (kind === 'code' && code.trim() !== '') previous = code;
    start = end;
  }
}

function tokenAt(text: string, start: number, previous: string, path: string): Omit<ModuleToken, 'code'> {
  const character = text.charAt(start);
  if (text.startsWith('//', start)) return { kind: 'comment', end: endOfLine(text, start) };
  if (text.startsWith('/*', start)) return { kind: 'comment', end: commentEnd(text, start, path) };
  if (character === '`') return { kind: 'literal', end: templateEnd(text, start, path) };
  if (character === "'" || character === '"') return { kind: 'literal', end: stringEnd(text, start) };
  const regexEnd = character === '/' && startsRegex(previous) ? endOfRegex(text, start) : undefined;
  if (regexEnd !== undefined) return { kind: 'literal', end: regexEnd };
  return { kind: 'code', end: wordEnd(text, start) ?? start + 1 };
}

function startsRegex(previous: string): boolean {
  return previous === '' || previous === 'condition)' || wordsBeforeRegex.test(previous) || !/[\w$)\]]$/.test(previous);
}

function blank(code: string, kind: 'comment' | 'literal'): string {
  if (kind === 'comment') return code.replace(/[^\n]/g, ' ');
  return code.charAt(0) + code.slice(1, -1).replace(/[^\n]/g, ' ') + code.slice(1).slice(-1);
}

function wordEnd(text: string, start: number): number | undefined {
  const word = /[\w$\u0080-\uFFFF]+/y;
  word.lastIndex = start;
  return word.test(text) ? word.lastIndex : undefined;
}

function endOfLine(text: string, start: number): number {
  const newline = text.indexOf('\n', start);
  return newline === -1 ? text.length : newline;
}

function commentEnd(text: string, start: number, path: string): number {
  const end = text.indexOf('*/', start + 2);
  if (end === -1) throw fileError(path, lineAt(text, start), 'the comment that starts here is never closed');
  return end + 2;
}

/** A string without a closing quote ends at the end of its line. Such a module cannot run, so it is not judged here. */
function stringEnd(text: string, start: number): number {
  const quote = text.charAt(start);
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text[at];
    if (character === '\\') at += 1;
    else if (character === quote) return at + 1;
    else if (character === '\n') return at;
  }
  return text.length;
}

/** Also skips the code inside `${…}`, which cannot contain an export. */
function templateEnd(text: string, start: number, path: string): number {
  let at = start + 1;
  while (at < text.length) {
    if (text[at] === '`') return at + 1;
    if (text.startsWith('${', at)) at = substitutionEnd(text, at + 2, path);
    else at += text[at] === '\\' ? 2 : 1;
  }
  throw fileError(path, lineAt(text, start), 'the template literal that starts here is never closed');
}

function substitutionEnd(text: string, start: number, path: string): number {
  let depth = 1;
  for (const { code, end } of moduleTokens(text, start, path)) {
    if (code === '{') depth += 1;
    if (code === '}') depth -= 1;
    if (depth === 0) return end;
  }
  return text.length;
}

/** Undefined if the line ends first: then the slash is a division. */
function endOfRegex(text: string, start: number): number | undefined {
  let inClass = false;
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text[at];
    if (character === '\n') return undefined;
    if (character === '\\') at += 1;
    else if (character === '[') inClass = true;
    else if (character === ']') inClass = false;
    else if (character === '/' && !inClass) return at + 1;
  }
  return undefined;
}
