/** `-- lint: ignore <rule> <reason>`, or in a module `// lint: ignore <rule> <reason>`, applies to the whole file. */
import { readFileSync } from 'node:fs';
import { normaliseText } from '../revisions/files/checksum.ts';
import { moduleComments } from '../revisions/files/module-text.ts';
import type { Revision } from '../revisions/revision.ts';
import { sqlTokens } from '../revisions/sql/sql-tokens.ts';
import type { Problem } from './rule.ts';
import { badSuppression, ruleNames } from './rules.ts';

export interface Suppression {
  readonly rule: string;
  readonly reason: string;
  readonly line: number;
}

export interface Suppressions {
  readonly valid: readonly Suppression[];
  /** Malformed comments to the linter. */
  readonly bad: readonly Problem[];
}

const examples = '`lint: ignore <rule> <reason>`';

/** The suppressions in a revision's file. */
export function readSuppressions({ path, body }: Pick<Revision, 'path' | 'body'>): Suppressions {
  const text = normaliseText(readFileSync(path, 'utf8'));
  const comments = body.kind === 'sql' ? sqlComments(text, path) : moduleComments(text, path);
  const read = comments.flatMap(({ text: comment, line }) => readSuppression(comment, line) ?? []);
  return {
    valid: read.filter((one) => 'rule' in one),
    bad: read.filter((one) => 'message' in one),
  };
}

function sqlComments(text: string, path: string): { readonly text: string; readonly line: number }[] {
  return [...sqlTokens(text, 1, path)]
    .filter(({ kind }) => kind === 'lineComment')
    .map((token) => ({ text: token.text.slice(2).trim(), line: token.line }));
}

/** Undefined for a comment that is not for the linter. */
function readSuppression(comment: string, line: number): Suppression | Problem | undefined {
  if (!comment.startsWith('lint:')) return undefined;
  const [verb, rule = '', ...words] = comment.slice('lint:'.length).trim().split(/\s+/);
  if (verb !== 'ignore' || rule === '') return { line, message: `'${comment}' cannot be read: write ${examples}` };
  if (!ruleNames.includes(rule))
    return { line, message: `'${comment}' names no rule: the rules are ${ruleNames.join(', ')}` };
  if (rule === badSuppression) return { line, message: `${badSuppression} cannot be suppressed` };
  const reason = words.join(' ');
  if (reason === '') return { line, message: `'${comment}' gives no reason: write ${examples}` };
  return { rule, reason, line };
}
