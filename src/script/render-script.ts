/** The script of a run, for the sqlite3 shell to execute later and elsewhere. */
import { brokenConstraints, isLaggingIndex } from '../checks/integrity.ts';
import type { Replayed, ReplayedStep } from '../engine/shadow-result.ts';
import { describeRevisions } from '../format.ts';
import type { RowCondition } from '../operations/sql-port.ts';
import { sqlTokens } from '../revisions/sql/sql-tokens.ts';
import { isNothing, type Plan } from '../run/plan.ts';
import { addHistory, createTables, isAt, markDoneSql, moveVersion, type ScriptRow } from './bookkeeping.ts';
import { guard } from './guard.ts';
import { withParameters } from './inline-parameters.ts';

export interface ScriptOrigin {
  readonly toolVersion: string;
  readonly runId: string;
}

export function scriptOf(plan: Plan, { steps }: Pick<Replayed, 'steps'>, origin: ScriptOrigin): string {
  if (isNothing(plan)) return `-- Nothing is pending at ${describeRevisions(plan.from)}.`;
  let guards = 0;
  const check = (condition: RowCondition) => {
    guards += 1;
    return guard(`drydock_guard_${guards}`, condition);
  };
  const { from, to } = plan;
  const moves = `${plan.command} from ${describeRevisions(from)} to ${describeRevisions(to)}`;
  const inTransaction = [
    section('Nothing happens to a database that is anywhere else.', [
      ...createTables(),
      ...(steps.some(needsNewSqlite) ? check(newSqlite) : []),
      ...check({
        holds: isAt(from),
        problem: `the database is not at ${describeRevisions(from)}, where this script begins`,
      }),
      'CREATE TEMP TABLE drydock_orphans AS SELECT count(*) AS n FROM pragma_foreign_key_check',
    ]),
    ...steps.map((step) =>
      section(`${step.direction === 'up' ? 'upgrade' : 'downgrade'} of ${step.id}`, statementsOf(step, check)),
    ),
    section('The record of the run.', [
      ...moveVersion(from, to),
      ...addHistory(historyRows(plan), origin.runId, origin.toolVersion),
    ]),
    section('The checks before the commit.', [
      ...check({
        // Without a limit: newer versions take the function's argument for a table name, even if it is a number.
        holds: `NOT EXISTS (SELECT 1 FROM pragma_integrity_check WHERE integrity_check <> 'ok'
${brokenConstraints.map((beginning) => `    AND integrity_check NOT GLOB '${beginning}*'`).join('\n')}
    AND NOT ${isLaggingIndex('integrity_check')})`,
        problem: 'the integrity check failed after the revisions',
      }),
      ...check({
        holds: '(SELECT count(*) FROM pragma_foreign_key_check) <= (SELECT n FROM temp.drydock_orphans)',
        problem: 'the revisions left rows that refer to missing rows',
      }),
    ]),
  ];
  return [
    `-- Drydock ${origin.toolVersion}: ${moves}.`,
    '-- Run it with the sqlite3 shell: sqlite3 app.db < this file. It does all of it or nothing, and takes no snapshot.',
    '.bail on',
    '.timeout 60000',
    'PRAGMA foreign_keys = OFF;',
    'BEGIN IMMEDIATE;',
    ...inTransaction,
    '',
    'COMMIT;',
    ...plan.maintenance.map(({ step: { revision, direction } }) => {
      const statements = revision.body.kind === 'sql' ? revision.body[direction].map(({ sql }) => sql) : [];
      return section(`${revision.id}, outside the transaction`, [...statements, markDoneSql(revision)]);
    }),
  ].join('\n');
}

/** https://sqlite.org/releaselog/3_53_0.html. The operations do without its features; a revision in SQL may not. */
const newSqlite: RowCondition = {
  holds: "CAST(substr(sqlite_version(), 3) AS INTEGER) >= 53 OR sqlite_version() NOT LIKE '3.%'",
  problem: 'an ALTER TABLE of a constraint or of NOT NULL requires SQLite 3.53 or newer',
};

function needsNewSqlite({ statements }: ReplayedStep): boolean {
  return statements.some(({ sql }) =>
    /^ALTER\s+TABLE\b.*?\s(?:ALTER|ADD\s+CONSTRAINT|ADD\s+CHECK|DROP\s+CONSTRAINT)\b/is.test(sql),
  );
}

function historyRows({ steps, maintenance, stamped }: Plan): ScriptRow[] {
  const deferred = maintenance.filter(({ deferredBy }) => deferredBy === undefined).map(({ step }) => step);
  const rowOf = ({ revision, direction }: Plan['steps'][number], result: ScriptRow['result']): ScriptRow => ({
    revision: revision.id,
    direction,
    checksum: revision.checksum,
    result,
  });
  return [
    ...steps.map((step) => rowOf(step, 'done')),
    ...deferred.map((step) => rowOf(step, 'deferred')),
    ...stamped.map(({ id, checksum }): ScriptRow => ({ revision: id, direction: 'stamp', checksum, result: 'done' })),
  ];
}

function statementsOf(
  { statements, conditions }: ReplayedStep,
  check: (condition: RowCondition) => readonly string[],
): string[] {
  const checksAfter = (count: number) => conditions.filter(({ after }) => after === count).flatMap(check);
  return [
    ...checksAfter(0),
    ...statements.flatMap(({ sql, params }, index) => [withParameters(sql, params), ...checksAfter(index + 1)]),
  ];
}

function section(title: string, statements: readonly string[]): string {
  return ['', `-- ${title.replace(/\s+/g, ' ')}`, ...statements.map(terminated)].join('\n');
}

/**
 * A line comment at the end would hide the semicolon. Otherwise nothing may come before the semicolon, since SQLite stores
 * it with an index.
 */
export function terminated(sql: string): string {
  const last = [...sqlTokens(sql)].at(-1);
  return `${sql}${last?.kind === 'lineComment' ? '\n' : ''};`;
}
