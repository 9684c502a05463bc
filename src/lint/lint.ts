/** Checks revision files for mistakes that have cost people their data or their sleep. Opens no database. */
import type { ReplayedStep, Surveyed, SurveyedStep } from '../engine/shadow-result.ts';
import type { Observer } from '../events.ts';
import { describeFirst } from '../format.ts';
import type { RevisionGraph } from '../revisions/graph/graph.ts';
import type { Direction, Revision } from '../revisions/revision.ts';
import { surveyRevisions } from '../shadow/survey.ts';
import type { Finding, LintNote, LintResult } from './lint-finding.ts';
import { findBadSuppressions, findIn, findingOf } from './lint-revision.ts';
import { type LintStep, lintStatement, type SeenSchemas, stepParts } from './lint-step.ts';
import { severalHeads } from './rules.ts';

/**
 * @param ids The revisions to check; if undefined, all of the graph and the graph itself.
 * @param given The values for `op.arguments`.
 * @throws {DrydockError} USAGE if a module cannot be loaded; REVISION_FAILED if one ends the process.
 */
export async function lintRevisions(
  graph: RevisionGraph,
  ids: readonly string[] | undefined,
  given: Readonly<Record<string, string>>,
  observer: Observer,
): Promise<LintResult> {
  const wanted = graph.revisions.filter(({ id }) => ids === undefined || ids.includes(id));
  const needed = ids === undefined ? undefined : graph.ancestors(ids);
  const surveyed = await surveyRevisions(
    graph.revisions.filter(({ id }) => needed === undefined || needed.has(id)),
    given,
    observer,
  );
  const reports = wanted.map((revision) =>
    lintRevision(revision, surveyed, ids === undefined ? findHeads(graph, revision) : undefined),
  );
  const unseen = wanted.filter(({ id }) => !surveyed.steps.some((seen) => seen.id === id));
  return {
    findings: reports.flatMap(({ findings }) => findings),
    suppressed: reports.flatMap(({ suppressed }) => suppressed),
    notes: [...reports.flatMap(({ notes }) => notes), ...noteOn(unseen, surveyed.stopped)],
  };
}

/** @param ofGraph The graph's findings for this revision; undefined if the graph was not checked. */
function lintRevision(revision: Revision, surveyed: Surveyed, ofGraph: readonly Finding[] | undefined): LintResult {
  const seen = surveyed.steps.find(({ id }) => id === revision.id);
  const steps = (['up', 'down'] as const).flatMap((direction) => stepOf(revision, direction, seen) ?? []);
  const notes = notesOn(revision, steps, seen);
  const { findings, suppressed } = findIn(revision, steps, ofGraph);
  const whole = seen !== undefined && notes.length === 0;
  const unasked = ofGraph === undefined ? [severalHeads] : [];
  const used = whole ? new Set([...suppressed.map(({ rule }) => rule), ...unasked]) : undefined;
  return { findings: [...findings, ...findBadSuppressions(revision, used)], suppressed, notes };
}

/** One note for all revisions that could not run: the first gives the reason, and hundreds may follow it. */
function noteOn(unseen: readonly Revision[], stopped: Surveyed['stopped']): LintNote[] {
  const [first] = unseen;
  if (first === undefined || stopped === undefined) return [];
  const ids = describeFirst(
    unseen.map(({ id }) => id),
    1,
  );
  const message = `only the SQL text of ${ids} was checked, because the revisions could not be run that far without rows: ${stopped.why}`;
  return [{ revision: first.id, direction: 'up', path: first.path, message }];
}

/** Undefined if the revision declares that there is no downgrade, or its code could not run. */
function stepOf(revision: Revision, direction: Direction, seen: SurveyedStep | undefined): LintStep | undefined {
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

function replayedStep(direction: Direction, seen: SurveyedStep | undefined): ReplayedStep | undefined {
  if (direction === 'up') return seen?.step;
  return seen?.back?.outcome === 'done' ? seen.back.step : undefined;
}

function schemasOf(direction: Direction, seen: SurveyedStep | undefined): SeenSchemas | undefined {
  if (seen === undefined) return undefined;
  const { before, after, back } = seen;
  if (direction === 'up') return { before, after };
  return back?.outcome === 'done' ? { before: after, after: back.after, goal: before } : undefined;
}

function isEmpty({ body }: Revision, seen: SurveyedStep | undefined): boolean {
  if (body.kind === 'sql') return body.up.length === 0;
  return seen !== undefined && seen.step.statements.length === 0 && seen.step.notes.length === 0;
}

function notesOn(revision: Revision, steps: readonly LintStep[], seen: SurveyedStep | undefined): LintNote[] {
  const { id, path } = revision;
  const unreadable = steps.flatMap(({ direction, statements }) =>
    statements
      .filter(({ parsed }) => parsed === undefined)
      .map(({ line }) => ({
        revision: id,
        direction,
        path,
        message: `no rule checked the statement in line ${line}, which Drydock's parser cannot read`,
      })),
  );
  if (seen?.back?.outcome !== 'failed') return unreadable;
  const message = `the downgrade could not be run without rows: ${seen.back.why}`;
  return [...unreadable, { revision: id, direction: 'down', path, message }];
}

/** With several heads `upgrade` cannot choose a target, least of all in production. */
function findHeads({ heads }: RevisionGraph, revision: Revision): Finding[] {
  if (heads.length < 2 || !heads.includes(revision.id)) return [];
  const message = `the revisions have ${heads.length} heads (${heads.join(', ')}), and upgrade refuses to choose: join them with drydock merge`;
  return [findingOf(severalHeads, revision, null, { line: undefined, message })];
}
