import { isDeepStrictEqual } from 'node:util';
import { DrydockError, invariant } from '../errors.ts';
import { isInSql as isSaidInSql, sqlExpectation } from '../revisions/expectation-text.ts';
import { parseSqlRevision } from '../revisions/files/sql-file.ts';
import { sqlTokens } from '../revisions/sql/sql-tokens.ts';
import { withoutComments } from './comments.ts';
import type { ChangePlan, DirectionPlan } from './plan-changes.ts';
import { oneLine, type RevisionHeader } from './revision-header.ts';
import { type InPlace, isInPlace, type NotInPlace, type SchemaStep, sqlOf } from './schema-steps.ts';

/**
 * The text of a `.sql` revision that makes the planned changes.
 * @throws {DrydockError} USAGE if either direction requires a `.ts` revision: see {@link isInSql}.
 */
export function renderSqlRevision(header: RevisionHeader, plan: ChangePlan): string {
  const path = `${header.revision}.sql`;
  assertInSql(plan.up, 'upgrade');
  assertInSql(plan.down, 'downgrade');
  const lines = [
    `-- revision: ${header.revision}`,
    ...list('revises', header.revises),
    ...list('depends-on', header.dependsOn),
    ...list('branch-labels', header.branchLabels),
    `-- message: ${oneLine(header.message)}`,
    '',
    '-- migrate:up',
    ...section(plan.up),
    '',
    '-- migrate:down',
    ...section(plan.down),
    '',
  ];
  const text = lines.join('\n');
  assertReadsAsPlanned(text, path, plan);
  return text;
}

function list(key: string, names: readonly string[] = []): string[] {
  return names.length === 0 ? [] : [`-- ${key}: ${names.join(', ')}`];
}

function section({ steps, expect }: DirectionPlan): string[] {
  return [...expect.map(sqlExpectation), ...steps.flatMap(stepLines)];
}

function stepLines(step: SchemaStep): string[] {
  if (!isInPlace(step)) return [];
  const note = 'note' in step && step.note !== undefined ? [`-- ${oneLine(step.note)}`] : [];
  return [...note, `${statementOf(step)};`];
}

/** Comments of the stored SQL stay, unless one looks like a marker or a header of the file. */
function statementOf(step: InPlace): string {
  const sql = withLineFeeds(sqlOf(step));
  return /--\s*[\w-]+\s*:/.test(sql) ? withoutComments(sql) : sql;
}

/** Every line ending of a file is read as LF, and a comment would end at a CR, which it did not do in the stored SQL. */
function withLineFeeds(sql: string): string {
  if (!sql.includes('\r')) return sql;
  const texts = [...sqlTokens(sql)].map(({ kind, text }) =>
    kind === 'lineComment' ? text.replaceAll('\r', ' ').trimEnd() : text.replace(/\r\n?/g, '\n'),
  );
  return texts.join('');
}

/** Whether a `.sql` revision can hold the plan: changes in place, without line endings that matter, and names in one line. */
export function isInSql({ up, down }: ChangePlan): boolean {
  return [up, down].every(
    ({ steps, expect }) =>
      steps.every((step) => isInPlace(step) && !quotesCarriageReturn(step)) && expect.every(isSaidInSql),
  );
}

function quotesCarriageReturn(step: InPlace): boolean {
  const sql = sqlOf(step);
  return sql.includes('\r') && [...sqlTokens(sql)].some(({ kind, text }) => kind === 'quoted' && text.includes('\r'));
}

function assertInSql({ steps, expect }: DirectionPlan, direction: string): void {
  const reasons = steps.filter((step): step is NotInPlace => !isInPlace(step)).flatMap(({ reasons: each }) => each);
  if (reasons.length > 0) {
    throw new DrydockError('USAGE', {
      what: `SQLite cannot make every change of the ${direction} in place: ${reasons.join('; ')}`,
      next: 'Run the command again with --ts: a .ts revision rebuilds the table and copies its rows',
    });
  }
  const unsaid = expect.find((expectation) => !isSaidInSql(expectation));
  if (unsaid !== undefined) {
    throw new DrydockError('USAGE', {
      what: `A .sql revision cannot announce that the ${direction} drops ${JSON.stringify(unsaid.table)}: its header has no name that is empty or has several lines`,
      next: 'Run the command again with --ts: a .ts revision writes it as a string',
    });
  }
  const quoting = steps.filter(isInPlace).find(quotesCarriageReturn);
  if (quoting === undefined) return;
  throw new DrydockError('USAGE', {
    what: `A .sql revision cannot hold every change of the ${direction}, since its line endings are read as LF, and there is a carriage return inside quotes in ${oneLine(sqlOf(quoting))}`,
    next: 'Run the command again with --ts: a .ts revision writes it as \\r',
  });
}

/** A name or comment with a meaning in the file format would turn it into another revision than planned. */
function assertReadsAsPlanned(text: string, path: string, plan: ChangePlan): void {
  const { body, expect } = parseSqlRevision(text, path);
  invariant(body.kind === 'sql', 'a .sql revision that is none');
  for (const direction of ['up', 'down'] as const) {
    const planned = plan[direction].steps.filter(isInPlace).map(statementOf);
    const read = body[direction].map(({ sql }) => sql);
    invariant(
      isDeepStrictEqual(read, planned),
      `the ${direction} section of ${path} reads otherwise than planned: ${text}`,
    );
    invariant(
      isDeepStrictEqual(expect[direction], plan[direction].expect),
      `${path} expects otherwise than planned: ${text}`,
    );
  }
}
