import { DrydockError, invariant } from '../errors.ts';
import { type SqlToken, sqlTokens } from '../revisions/sql/sql-tokens.ts';
import { sqlLiteral } from './exact-literal.ts';

/**
 * A statement with its parameters written into it: `?` and `?NNN` by position, `:name`, `@name` and `$name` by name.
 * @throws {DrydockError} USAGE for a text that the sqlite3 shell would read differently.
 */
export function withParameters(sql: string, params: readonly unknown[]): string {
  const tokens = [...sqlTokens(sql)];
  refuseCarriageReturn(tokens);
  const named = Object.assign({}, ...params.filter(isNamed)) as Record<string, unknown>;
  const positional = { ...params.filter((param) => !isNamed(param)) };
  let next = 0;
  const written: string[] = [];
  for (let index = 0; index < tokens.length; index++) {
    const { kind, text } = tokens[index] as SqlToken;
    const word = tokens[index + 1]?.kind === 'word' ? (tokens[index + 1]?.text ?? '') : '';
    if (kind === 'other' && text === '?') {
      const numbered = /^\d+$/.test(word);
      if (numbered) index += 1;
      written.push(boundValue(positional, numbered ? Number(word) - 1 : next++, sql));
    } else if (kind === 'other' && (text === ':' || text === '@') && word !== '') {
      index += 1;
      written.push(boundValue(named, word, sql));
    } else if (kind === 'word' && text.startsWith('$')) {
      written.push(boundValue(named, text.slice(1), sql));
    } else written.push(text);
  }
  return written.map((piece, index) => (wouldMerge(written[index - 1], piece) ? ` ${piece}` : piece)).join('');
}

/** `LIMIT?` needs no space, but `LIMIT5` would be a name. */
function wouldMerge(before: string | undefined, piece: string): boolean {
  return /[\w$\u0080-\uFFFF]/.test(before?.at(-1) ?? '') && /^[\w$\u0080-\uFFFF]/.test(piece);
}

function boundValue(values: Readonly<Record<number | string, unknown>>, key: number | string, sql: string): string {
  invariant(Object.hasOwn(values, key), `no value for parameter ${key} of ${sql}`);
  return sqlLiteral(values[key]);
}

function isNamed(param: unknown): param is Record<string, unknown> {
  return param !== null && typeof param === 'object' && !(param instanceof Uint8Array);
}

function refuseCarriageReturn(tokens: readonly SqlToken[]): void {
  const found = tokens.find(({ kind, text }) => kind === 'quoted' && text.includes('\r\n'));
  if (found === undefined) return;
  throw new DrydockError('USAGE', {
    what: `The sqlite3 shell would drop the carriage returns in ${JSON.stringify(found.text)}`,
    next: 'Pass that text as a parameter of op.execute, or run it online, without --sql',
  });
}
