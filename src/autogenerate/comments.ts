import { isBlank, sqlTokens } from '../revisions/sql/sql-tokens.ts';

/** SQL with each comment replaced by a space. */
export function withoutComments(sql: string): string {
  const texts = [...sqlTokens(sql)].map((token) => (isBlank(token) && token.kind !== 'space' ? ' ' : token.text));
  return texts
    .join('')
    .replace(/[ \t]+$/gm, '')
    .trimEnd();
}
