/**
 * The safe run, top to bottom: what `drydock upgrade`, `downgrade` and `stamp` are.
 *
 *   preflight > lock > recover > hold > pending > snapshot > inspect > migrate > check > commit > verify > retain > unlock
 *
 * docs/safe-run.md describes each phase with what may go wrong in it and what happens then.
 */
import { existsSync } from 'node:fs';
import type { Engine } from '../engine/client.ts';
import type { HeldState } from '../engine/protocol.ts';
import { DrydockError } from '../errors.ts';
import type { RevisionGraph } from '../revisions/graph.ts';
import type { Observer } from '../run-events.ts';
import { statDatabase } from '../sqlite/reader.ts';
import { type Applied, applyPlan } from './apply.ts';
import { busyError } from './busy.ts';
import { createContext, engineFor, phase, type RunContext, stoppable } from './context.ts';
import { explain } from './explain.ts';
import { readJournal } from './journal.ts';
import { acquireLocks, type RunLocks } from './locks.ts';
import type { RecoveryReport, RunReport, RunRequest } from './outcome.ts';
import { isNothing, type Plan, planRun } from './plan.ts';
import { inspectGround, loadGraph } from './preflight.ts';
import { hold, recover } from './recover.ts';
import { CommitHappened } from './undo.ts';

/**
 * Brings the database to the target, or leaves it as it was.
 *
 * @param stop Aborted with a {@link Stop} by a signal or the deadline.
 * @throws {DrydockError} with the code of the ending; see docs/exit-codes.md.
 */
export async function run(request: RunRequest, observer: Observer, stop: AbortSignal): Promise<RunReport> {
  statDatabase(request.config.database);
  const context = createContext(request, observer, stop);
  try {
    return await runInContext(context);
  } catch (error) {
    throw error instanceof DrydockError ? error : explain(context, error, lastWord(context));
  }
}

async function runInContext(context: RunContext): Promise<RunReport> {
  const { request } = context;
  const graph = await phase(context, 'preflight', () => {
    inspectGround(context);
    return loadGraph(request.config.migrations);
  });
  const locks = await phase(context, 'lock', () => acquireLocks(context, request.command.verb));
  try {
    const recovered = await phase(
      context,
      'recover',
      () => recover(context),
      (report) => ({ interrupted: report?.runId ?? null }),
    );
    return await runUnderLock(context, locks, graph, recovered).catch((error: unknown) => {
      if (!(error instanceof CommitHappened)) throw error;
      // The engine died in a commit that happened. What is left to do is what a fresh look finds.
      return runUnderLock(context, locks, graph, error.recovered);
    });
  } finally {
    await phase(context, 'unlock', () => locks.release());
  }
}

async function runUnderLock(
  context: RunContext,
  locks: RunLocks,
  graph: RevisionGraph,
  recovered: RecoveryReport | null,
): Promise<RunReport> {
  const engine = engineFor(context);
  try {
    const held = await phase(context, 'hold', () => holdOrExplain(context, engine), describeHeld);
    const plan = await phase(context, 'pending', () => planRun(graph, held, context.request.command), describePlan);
    if (isNothing(plan)) return report(context, plan, recovered, nothingApplied);
    return report(context, plan, recovered, await applyPlan(context, locks, engine, held, plan));
  } finally {
    await engine.kill();
  }
}

async function holdOrExplain(context: RunContext, engine: Engine): Promise<HeldState> {
  try {
    return await stoppable(context, engine, hold(context, engine));
  } catch (error) {
    throw busyError(context, error);
  }
}

const nothingApplied: Applied = { steps: [], checks: [], snapshot: null, pruned: [] };

function report(context: RunContext, plan: Plan, recovered: RecoveryReport | null, applied: Applied): RunReport {
  return {
    outcome: isNothing(plan) ? 'nothing-pending' : 'done',
    runId: context.runId,
    command: context.request.command.verb,
    database: context.layout.database,
    from: plan.from,
    to: plan.to,
    ...applied,
    recovered,
    phases: context.phases,
    startedAt: context.startedAt.toISOString(),
    durationMs: Date.now() - context.startedAt.getTime(),
  };
}

function describeHeld(held: HeldState) {
  return { bytes: held.pageCount * held.pageSize, journalMode: held.journalMode, current: held.current };
}

function describePlan(plan: Plan) {
  return {
    steps: plan.steps.map(({ revision, direction }) => `${direction} ${revision.id}`),
    maintenance: plan.maintenance.map(({ step }) => step.revision.id),
    onWorkingCopy: plan.onWorkingCopy,
  };
}

/** For an error that nobody foresaw: the journal knows whether the commit was ordered. */
function lastWord(context: RunContext): string {
  const ordered = existsSync(context.layout.runJournal) && readJournal(context.layout.runJournal)?.phase !== 'working';
  return ordered
    ? 'The run was past its commit: the next start verifies the database, and restores the snapshot if it must'
    : 'The database is unchanged';
}
