/**
 * Whether all revisions may run on a database that records no revision: its tables may belong to another application,
 * or be the ones that the revisions would create again.
 */

import { countRowsUpTo } from '../checks/measure.ts';
import type { Config } from '../config/config.ts';
import { type Engine, EngineDied } from '../engine/client.ts';
import type { HeldNow } from '../engine/protocol.ts';
import type { SurveyedStep } from '../engine/shadow-result.ts';
import { DrydockError } from '../errors.ts';
import type { Observer } from '../events.ts';
import type { QueryPort } from '../files/query-port.ts';
import { shellWords } from '../files/shell-word.ts';
import { describeFirst, describeList, plural } from '../format.ts';
import type { Applied } from '../revisions/applied-tables.ts';
import { newHeads, type RevisionGraph } from '../revisions/graph/graph.ts';
import type { Step } from '../revisions/revision.ts';
import { compared } from '../schema/compare/compared.ts';
import { includesName } from '../schema/names.ts';
import { ownTables, type StoredSchema } from '../schema/read-schema.ts';
import { comparedParts, type UsersTable, usersTables } from '../schema/users-tables.ts';
import type { InMemory } from '../shadow/replay.ts';
import { surveySteps } from '../shadow/survey.ts';
import type { RunContext } from './context.ts';
import { isMaintenanceRow } from './maintenance-plan.ts';
import type { Plan } from './plan.ts';

/** Rows are counted up to this number. */
const mostRows = 1001;
const mostNamed = 5;
/** How long the revisions may run in memory, while the write lock is held, to find the best advice. */
const patienceMs = 10_000;

export interface Subject {
  readonly database: string;
  readonly config: Config;
  readonly applied: Pick<Applied, 'current' | 'history'>;
  readonly schema: StoredSchema;
  /** Rows of each table, counted up to {@link mostRows}. */
  readonly rows: Readonly<Record<string, number>>;
}

export interface Pending {
  readonly graph: RevisionGraph;
  /** The revisions that would be run. */
  readonly steps: readonly Step[];
  readonly arguments: Readonly<Record<string, string>>;
}

/** The steps of an upgrade that are revisions of their own. */
export function pendingOf({ command, steps, maintenance }: Plan): readonly Step[] {
  return command === 'upgrade' ? [...steps, ...maintenance.map(({ step }) => step)] : [];
}

/** Whether the question arises at all: answering it costs time that other databases need not spend. */
function saysNoRevision({ current, history }: Pick<Applied, 'current' | 'history'>): boolean {
  return current.length === 0 && history.every(isMaintenanceRow);
}

/** The rows of a {@link Subject}; none if they are not needed. */
export function readRows(reader: QueryPort, applied: Subject['applied']): Subject['rows'] {
  return applied.current.length === 0 ? countRowsUpTo(reader, mostRows) : {};
}

/** As {@link requireFamiliar}, for the live file under the write lock. */
export async function requireFamiliarHeld(
  { request: { config }, layout: { database }, observer, stop }: RunContext,
  engine: Engine,
  graph: RevisionGraph,
  plan: Plan,
  held: HeldNow,
): Promise<void> {
  const steps = pendingOf(plan);
  if (steps.length === 0 || !saysNoRevision(held)) return;
  const schema = await engine.call('readSchema', {});
  const rows = await engine.call('countRows', { most: mostRows });
  const subject = { database, config, applied: held, schema, rows };
  await requireFamiliar(subject, { graph, steps, arguments: plan.arguments }, observer, stop);
}

/**
 * @param stop Ends the search for better advice.
 * @throws {DrydockError} HISTORY if the database has tables other than those of migration tools and records no
 *   revision, unless that was allowed.
 */
export async function requireFamiliar(
  subject: Subject,
  pending: Pending,
  observer: Observer,
  stop?: AbortSignal,
): Promise<void> {
  const strangers = strangersIn(subject, pending.steps);
  if (strangers.length === 0) return;
  const advice = adviceFor(
    subject,
    strangers,
    await surveyInMemory(pending, { extensions: subject.config.sqliteExtensions, observer, stop }),
    pending.graph,
  );
  throw foreignError(subject, strangers, advice);
}

/** As {@link requireFamiliar}, without running anything. */
export function requireFamiliarUnseen(subject: Subject, steps: readonly Step[]): void {
  const strangers = strangersIn(subject, steps);
  if (strangers.length === 0) return;
  const advice = 'See what the revisions have to do with them: `drydock plan`';
  throw foreignError(subject, strangers, advice);
}

function strangersIn({ config, applied, schema }: Subject, steps: readonly Step[]): readonly UsersTable[] {
  if (config.fromBase === 'allow' || steps.length === 0 || !saysNoRevision(applied)) return [];
  return usersTables(schema, config.ignoreTables);
}

function foreignError({ database, rows }: Subject, strangers: readonly UsersTable[], next: string): DrydockError {
  const named = strangers.map(({ name, type }) => {
    const count = Object.hasOwn(rows, name) ? rows[name] : undefined;
    return type === 'view' ? `the view ${name}` : `${name}${count === undefined ? '' : ` (${describeRows(count)})`}`;
  });
  return new DrydockError('HISTORY', {
    what: `${database} does not say at which revision it is, and is not empty: it has ${describeFirst(named, mostNamed)}`,
    state: 'Nothing was changed',
    next,
  });
}

function describeRows(count: number): string {
  return count >= mostRows ? `more than ${plural(mostRows - 1, 'row')}` : plural(count, 'row');
}

function adviceFor(
  { schema, config }: Subject,
  strangers: readonly UsersTable[],
  surveyed: readonly SurveyedStep[],
  graph: RevisionGraph,
): string {
  const made = surveyed.flatMap(({ after }) => [...ownTables(after).keys()]);
  const again = strangers.filter(({ name }) => includesName(made, name)).map(({ name }) => name);
  if (again.length === 0) {
    return 'Is it the right database? Check --database (or `database` in the config); to run the revisions on top of these tables, give --from-base, or name them in ignore_tables';
  }
  const question = `The pending revisions make ${again.slice(0, mostNamed).join(', ')} themselves: write down which of them it has already`;
  const same = revisionsWithSchema(schema, surveyed, config.ignoreTables);
  const [only] = same;
  if (only !== undefined && same.length === 1) {
    const heads = newHeads(graph, new Set(surveyed.slice(0, only + 1).map(({ id }) => id)));
    return `${question}. Its schema is the one that ${describeList(heads)} leads to: \`drydock stamp ${shellWords(heads)}\`, then run again`;
  }
  const ids = same.flatMap((index) => surveyed[index]?.id ?? []);
  const several = ids.length > 1 ? `. It has the schema of each of ${ids.join(', ')}, of which its rows tell one` : '';
  return `${question}${several}: \`drydock stamp <revision>\`, which compares the schemas and names each difference, then run again`;
}

/** Indexes of the steps after which the schema equals that of the database. */
function revisionsWithSchema(
  live: StoredSchema,
  surveyed: readonly SurveyedStep[],
  ignored: readonly string[],
): readonly number[] {
  try {
    return surveyed.flatMap(({ after }, index) => {
      const { found, made } = comparedParts(live, after, ignored);
      return compared(found, made).differences.length === 0 ? [index] : [];
    });
  } catch (error) {
    // Drydock cannot compare what its parser cannot read: the advice is then the general one.
    if (error instanceof DrydockError) return [];
    throw error;
  }
}

/** As far as the revisions can be run in memory; empty if they cannot, which a run would report. */
async function surveyInMemory(
  { steps, arguments: given }: Pending,
  around: InMemory,
): Promise<readonly SurveyedStep[]> {
  const { stop = new AbortController().signal } = around;
  const late = AbortSignal.timeout(patienceMs);
  try {
    const empty = { schema: { rows: [], facts: { shadowTables: [], columns: new Map() } }, rows: [] };
    return (await surveySteps(empty, steps, given, { ...around, stop: AbortSignal.any([stop, late]) })).steps;
  } catch (error) {
    if (stop.aborted) throw stop.reason;
    if (error instanceof DrydockError || error instanceof EngineDied || late.aborted) return [];
    throw error;
  }
}
