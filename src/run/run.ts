/**
 * The safe run, top to bottom: what `drydock upgrade`, `downgrade` and `stamp` are.
 *
 *   preflight > lock > recover > hold > pending > snapshot > inspect > migrate > check > commit > verify > retain > unlock
 *
 * docs/safe-run.md describes each phase with what may go wrong in it and what happens then.
 */
import type { HeldState } from '../engine/protocol.ts';
import { DrydockError } from '../errors.ts';
import type { Observer } from '../events.ts';
import { describeRevisions } from '../format.ts';
import type { RevisionGraph } from '../revisions/graph/graph.ts';
import { type Applied, applyPlan } from './apply.ts';
import { createContext, engineFor, phase, type RunContext, stoppable, tellFact, unstopped } from './context.ts';
import { requireDatabase } from './database-gone.ts';
import { CommitHappened } from './failure.ts';
import { requireFamiliarHeld } from './foreign.ts';
import { requireLife } from './live-life.ts';
import type { RunLocks } from './locks.ts';
import type { MigrationCommand, RecoveryReport, RunReport, RunRequest } from './outcome.ts';
import { isNothing, type Plan, planRun } from './plan.ts';
import { inspectGround } from './preflight.ts';
import type { Spares } from './prefork.ts';
import { hold } from './take-write-lock.ts';
import { explained, underLocks } from './under-locks.ts';
import { describeUntold, isMarked, isRelative, type RelativeCommand, untoldRun } from './untold.ts';
import { compareStamp } from './verify-stamp.ts';

/**
 * Brings the database to the target, or leaves it as it was.
 *
 * @param graph Of what was agreed to: a file that changes from here on does not.
 * @param stop Aborted with a {@link Stop} by a signal or the deadline.
 * @param spares Of the same database; dismissed by who started them.
 * @throws {DrydockError} with the code of the ending; see docs/exit-codes.md.
 */
export async function run(
  request: RunRequest<MigrationCommand>,
  graph: RevisionGraph,
  observer: Observer,
  stop: AbortSignal,
  spares?: Spares,
): Promise<RunReport> {
  requireDatabase(request.config);
  const context = createContext(request, observer, stop, request.config.database, spares);
  return explained(context, async () => {
    await phase(context, 'preflight', () => inspectGround(context));
    return underLocks(context, async (locks, recovered) => {
      try {
        return await runUnderLock(context, locks, graph, request.command, recovered);
      } catch (error) {
        if (!(error instanceof CommitHappened)) throw error;
        // The engine died in a commit that happened. What is left to do is what a fresh look finds, stopped or not.
        tellFact(context, { recovered: error.recovered });
        return runUnderLock(unstopped(context), locks, graph, request.command, error.recovered);
      }
    });
  });
}

async function runUnderLock(
  context: RunContext,
  locks: RunLocks,
  graph: RevisionGraph,
  command: MigrationCommand,
  recovered: RecoveryReport | null,
): Promise<RunReport> {
  const engine = await engineFor(context);
  try {
    const held = await phase(context, 'hold', () => stoppable(context, engine, hold(context, engine)), describeHeld);
    tellFact(context, { current: held.current });
    await stoppable(context, engine, requireLife(context, engine, held, recovered));
    const done = committedBefore(context, held, command, recovered);
    const { plan, schema } = await phase(
      context,
      'pending',
      async () => {
        const planned = planRun(graph, held, done === null ? command : { ...done.command, target: 'current' });
        requireAgreed(context, planned);
        await stoppable(context, engine, requireFamiliarHeld(context, engine, graph, planned, held));
        const stamp = stoppable(context, engine, compareStamp(context, engine, graph, planned, command));
        return { plan: planned, schema: await stamp };
      },
      describePlan,
    );
    tellFact(context, { planned: plan.to });
    const before = recovered ?? done?.report ?? null;
    if (isNothing(plan)) return report(context, plan, schema, before, nothingApplied);
    return report(context, plan, schema, before, await applyPlan(context, locks, engine, held, plan));
  } finally {
    await engine.stop();
  }
}

interface DoneBefore {
  readonly command: RelativeCommand;
  readonly report: RecoveryReport;
}

/**
 * A target that is counted from where the database is, of a command that was interrupted after its commit: where that has
 * led is where this one is to lead. Counted once more it would go twice as far, and might drop what nobody agreed to.
 */
function committedBefore(
  context: RunContext,
  held: HeldState,
  command: MigrationCommand,
  recovered: RecoveryReport | null,
): DoneBefore | null {
  if (!isRelative(command)) return null;
  const { layout, runId, startedAt, observer } = context;
  if (recovered?.outcome === 'committed') {
    // A run of this very process, or of a Drydock that left no mark.
    const isSame = recovered.runId === runId || !isMarked(layout, recovered.runId);
    if (isSame && recovered.command === command.verb) return { command, report: recovered };
  }
  const untold = untoldRun(layout, held, command, startedAt);
  if (untold === undefined) return null;
  const report = describeUntold(untold);
  observer({ kind: 'note', message: `run ${report.runId} (${report.command}): ${report.message}` });
  tellFact(context, { recovered: recovered ?? report });
  return { command, report };
}

/** @throws {DrydockError} USAGE where what was agreed to was another downgrade than this one has become. */
function requireAgreed({ request: { agreedAt = 'anywhere' } }: RunContext, plan: Plan): void {
  if (agreedAt === 'anywhere' || plan.steps.length === 0) return;
  if (agreedAt !== 'nowhere' && agreedAt.join() === plan.from.join()) return;
  const now = describeRevisions(plan.from);
  throw new DrydockError('USAGE', {
    what:
      agreedAt === 'nowhere'
        ? `Another run was at work on the database, or had been interrupted, so what the ${plan.command} would lose could not be told. That run is finished now, and the database is at ${now}`
        : `The database was at ${describeRevisions(agreedAt)} when it was looked at for what would be lost, and another run has brought it to ${now} meanwhile`,
    state: `Nothing of the ${plan.command} was done`,
    next: 'Run again',
  });
}

const nothingApplied: Applied = { steps: [], checks: [], snapshot: null, pruned: [] };

function report(
  context: RunContext,
  plan: Plan,
  schema: RunReport['schema'],
  recovered: RecoveryReport | null,
  applied: Applied,
): RunReport {
  return {
    outcome: isNothing(plan) ? 'nothing-pending' : 'done',
    runId: context.runId,
    command: plan.command,
    database: context.layout.database,
    from: plan.from,
    to: plan.to,
    ...applied,
    schema,
    recovered,
    phases: context.phases,
    startedAt: context.startedAt.toISOString(),
    durationMs: context.elapsedMs(),
  };
}

function describeHeld(held: HeldState) {
  return { bytes: held.pageCount * held.pageSize, journalMode: held.journalMode, current: held.current };
}

function describePlan({ plan }: { readonly plan: Plan }) {
  return {
    steps: plan.steps.map(({ revision, direction }) => `${direction} ${revision.id}`),
    maintenance: plan.maintenance.map(({ step }) => step.revision.id),
    onWorkingCopy: plan.onWorkingCopy,
  };
}
