/** Checks revision files for mistakes that have cost people their data or their sleep. Opens no database. */
import type { ReplayedStep, SurveyedFailure, SurveyedStep } from '../engine/shadow-result.ts';
import { shellWords } from '../files/shell-word.ts';
import { describeFirst } from '../format.ts';
import type { RevisionGraph } from '../revisions/graph/graph.ts';
import type { Direction, Revision } from '../revisions/revision.ts';
import type { InMemory } from '../shadow/replay.ts';
import { surveyRevisions } from '../shadow/survey.ts';
import type { Finding, LintNote, LintResult } from './lint-finding.ts';
import { findBadSuppressions, findIn, findingOf, type Ignored } from './lint-revision.ts';
import { type LintStep, lintStatement, type SeenSchemas, stepParts } from './lint-step.ts';
import { cannotRun, severalHeads } from './rules.ts';

export interface LintOptions {
  /** The values for `op.arguments`. */
  readonly arguments: Readonly<Record<string, string>>;
  readonly ignored: Ignored;
}

/**
 * @param ids The revisions to check; if undefined, all of the graph and the graph itself.
 * @throws {DrydockError} USAGE if a module cannot be loaded; REVISION_FAILED if one ends the process.
 */
export async function lintRevisions(
  graph: RevisionGraph,
  ids: readonly string[] | undefined,
  { arguments: given, ignored }: LintOptions,
  around: InMemory,
): Promise<LintResult> {
  const needed = ids === undefined ? undefined : graph.ancestors(ids);
  const run = graph.revisions.filter(({ id }) => needed === undefined || needed.has(id));
  const { steps } = await surveyRevisions(run, given, around);
  const surveyed = run.flatMap((revision, index): Surveyed[] => {
    const seen = steps[index];
    return seen === undefined ? [] : [{ revision, seen }];
  });
  const wanted = surveyed.filter(({ revision: { id } }) => ids === undefined || ids.includes(id));
  const reports = wanted.map(({ revision, seen }) =>
    lintRevision(revision, seen, ignored, ids === undefined ? findHeads(graph, revision) : undefined),
  );
  return {
    findings: reports.flatMap(({ findings }) => findings),
    suppressed: reports.flatMap(({ suppressed }) => suppressed),
    notes: [...reports.flatMap(({ notes }) => notes), ...noteOnSchema(surveyed, wanted)],
  };
}

interface Surveyed {
  readonly revision: Revision;
  readonly seen: SurveyedStep;
}

/** @param ofGraph The graph's findings for this revision; undefined if the graph was not checked. */
function lintRevision(
  revision: Revision,
  seen: SurveyedStep,
  ignored: Ignored,
  ofGraph: readonly Finding[] | undefined,
): LintResult {
  const steps = (['up', 'down'] as const).flatMap((direction) => stepOf(revision, direction, seen) ?? []);
  const failures = { up: seen.failures, down: seen.back?.outcome === 'failed' ? seen.back.failures : [] };
  const certain = (['up', 'down'] as const).flatMap((direction) =>
    failures[direction]
      .filter(({ blame }) => blame === 'revision')
      .map(({ line, problem }) =>
        findingOf(cannotRun, revision, direction, { line, message: `this fails: ${problem}` }),
      ),
  );
  const notes = [
    ...unreadable(
      revision,
      steps,
      certain.map(({ line }) => line),
    ),
    ...notesOnFailures(revision, seen, failures),
  ];
  const { findings, suppressed } = findIn(revision, steps, ignored, [...certain, ...(ofGraph ?? [])]);
  const whole = notes.length === 0 && failures.up.length + failures.down.length === 0 && seen.schema === 'known';
  const unasked = ofGraph === undefined ? [severalHeads] : [];
  const used = whole ? new Set([...suppressed.map(({ rule }) => rule), ...unasked]) : undefined;
  return { findings: [...findings, ...findBadSuppressions(revision, used)], suppressed, notes };
}

/** Undefined if the revision declares that there is no downgrade, or its code could not run. */
function stepOf(revision: Revision, direction: Direction, seen: SurveyedStep): LintStep | undefined {
  const replayed = replayedStep(direction, seen);
  const common = {
    revision,
    direction,
    upIsEmpty: isEmpty(revision, seen),
    schemas: schemasOf(direction, seen),
    rows: undefined,
  };
  if (revision.body.kind === 'sql') {
    const statements = revision.body[direction].map(({ sql, line }) => lintStatement(sql, line, 'revision'));
    return { ...common, statements, operations: [] };
  }
  if (replayed === undefined) return undefined;
  return { ...common, ...stepParts(replayed) };
}

function replayedStep(direction: Direction, { step, back }: SurveyedStep): ReplayedStep | undefined {
  if (direction === 'up') return step;
  return back?.outcome === 'done' ? back.step : undefined;
}

/** Undefined if the step could not run to its end. */
function schemasOf(direction: Direction, seen: SurveyedStep): SeenSchemas | undefined {
  const { before, after, back, failures } = seen;
  if (failures.length > 0) return undefined;
  const whole = seen.schema === 'known';
  if (direction === 'up') return { whole, before, after };
  return back?.outcome === 'done' ? { whole, before: after, after: back.after, goal: before } : undefined;
}

function isEmpty({ body }: Revision, { step }: SurveyedStep): boolean {
  return body.kind === 'sql' ? body.up.length === 0 : step.statements.length === 0 && step.notes.length === 0;
}

/** @param known Lines with a finding that says more. */
function unreadable(
  { id, path }: Revision,
  steps: readonly LintStep[],
  known: readonly (number | null)[],
): readonly LintNote[] {
  return steps.flatMap(({ direction, statements }) =>
    statements
      .filter(({ parsed, line }) => parsed === undefined && !known.includes(line ?? null))
      .map(({ line }) => ({
        revision: id,
        direction,
        path,
        message: `no rule checked the statement in line ${line}, which Drydock's parser cannot read`,
      })),
  );
}

/** Of what may succeed elsewhere; what comes after a step that leaves the schema uncertain has a note of its own. */
function notesOnFailures(
  { id, path }: Revision,
  { schema }: SurveyedStep,
  failures: Readonly<Record<Direction, readonly SurveyedFailure[]>>,
): LintNote[] {
  return (['up', 'down'] as const).flatMap((direction): LintNote[] => {
    const whole = schema === 'known' && (direction === 'up' || failures.up.length === 0);
    const failure = failures[direction].find(({ blame }) => blame === 'rows' || (blame === 'schema' && whole));
    if (failure === undefined) return [];
    const verb = direction === 'up' ? 'upgrade' : 'downgrade';
    const how = failure.blame === 'rows' ? 'without rows' : 'in memory';
    return [{ revision: id, direction, path, message: `the ${verb} could not be run ${how}: ${failure.why}` }];
  });
}

/** One note for all that comes after a revision which leaves the schema uncertain: hundreds may follow it. */
function noteOnSchema(surveyed: readonly Surveyed[], wanted: readonly Surveyed[]): LintNote[] {
  const next = surveyed.findIndex(({ seen }) => seen.schema === 'unknown');
  const cause = surveyed[next - 1];
  const after = surveyed.slice(next).filter((each) => wanted.includes(each));
  if (cause === undefined || after.length === 0) return [];
  const { revision, seen } = cause;
  const failed = after.flatMap((each) => {
    const failures = [...each.seen.failures, ...(each.seen.back?.outcome === 'failed' ? each.seen.back.failures : [])];
    const failure = failures.find(({ blame }) => blame === 'schema');
    return failure === undefined ? [] : [{ id: each.revision.id, why: failure.why }];
  });
  const [first] = failed;
  if (first === undefined && seen.failures.length === 0) return [];
  const which =
    seen.failures.length > 0 ? 'did not run to its end' : seen.step.readsRows ? 'reads rows' : 'has no body';
  const ids = describeFirst(
    failed.map(({ id }) => id),
    1,
  );
  const rest = first === undefined ? 'later ones were checked by what is known' : `${ids} failed: ${first.why}`;
  const message = `the schema is not certain after this revision, which ${which}; ${rest}`;
  return [{ revision: revision.id, direction: 'up', path: revision.path, message }];
}

/** With several heads `upgrade` cannot choose a target, least of all in production. */
function findHeads({ heads }: RevisionGraph, revision: Revision): Finding[] {
  if (heads.length < 2 || !heads.includes(revision.id)) return [];
  const message = `the revisions have ${heads.length} heads (${heads.join(', ')}), and upgrade refuses to choose: join them with \`drydock merge ${shellWords(heads)} -m "merge"\``;
  return [findingOf(severalHeads, revision, null, { line: undefined, message })];
}
