/**
 * The safe run, top to bottom: `drydock upgrade`, `downgrade` and `stamp`.
 *
 *   preflight > lock > recover > hold > pending > snapshot > inspect > migrate > check > commit > verify > maintain >
 *   retain > unlock
 *
 * Each call in {@link planAndApply}, {@link change} and {@link finish} is a phase or prepares the next one, and takes the
 * results of those before it; under-locks.ts surrounds them, and failure.ts takes over if one fails. docs/safe-run.md describes each
 * phase with what can go wrong in it.
 */
import type { CheckResult } from '../checks/measurement.ts';
import type { StepReport } from '../engine/protocol.ts';
import type { Observer } from '../events.ts';
import type { RevisionGraph } from '../revisions/graph/graph.ts';
import { check, findChanged, findReferences, measure } from './check.ts';
import { commit } from './commit.ts';
import { createContext, engineFor, type RunContext, tellFact, unstopped } from './context.ts';
import { committedUnverified, ending } from './endings.ts';
import { type CommittedUnseen, endAfterCommit, undo } from './failure.ts';
import { hold } from './hold.ts';
import { beginJournal, type RunJournal, removeJournal } from './journal.ts';
import type { RunLocks } from './locks.ts';
import { maintain } from './maintain.ts';
import { makeRoomFor } from './make-room.ts';
import { load, migrate } from './migrate.ts';
import type { MigrationCommand, RecoveryReport, RunReport, RunRequest } from './outcome.ts';
import { type Pending, pending } from './pending.ts';
import { isNothing } from './plan.ts';
import type { PlannedRun } from './planned-run.ts';
import type { Spares } from './prefork.ts';
import { nameSnapshot, record } from './record.ts';
import { requireDatabase } from './require-database.ts';
import { tidyUp } from './retain.ts';
import { beside, type InspectedSnapshot, inspectForRun, takeSnapshot } from './take-snapshot.ts';
import { underLocks } from './under-locks.ts';
import { verify } from './verify.ts';

/**
 * Brings the database to the target, or leaves it as it was.
 *
 * @param graph The revisions as consent was given to them: later changes to the files do not count.
 * @param stop Aborted with a {@link Stop} by a signal or the deadline.
 * @param spares Processes for the same database; their owner dismisses them.
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
  return underLocks(context, async (locks, recovered) => {
    const first = await planAndApply(context, locks, graph, request.command, recovered);
    if (first.outcome !== 'committed unseen') return first;
    // The engine died in a commit that happened. A new look finds what is left to do, stopped or not.
    tellFact(context, { recovered: first.recovered });
    const second = await planAndApply(unstopped(context), locks, graph, request.command, first.recovered);
    if (second.outcome !== 'committed unseen') return second;
    throw ending(context, second.cause, committedUnverified);
  });
}

async function planAndApply(
  context: RunContext,
  locks: RunLocks,
  graph: RevisionGraph,
  command: MigrationCommand,
  recovered: RecoveryReport | null,
): Promise<RunReport | CommittedUnseen> {
  const engine = await engineFor(context);
  try {
    const held = await hold(context, engine, recovered);
    const found = await pending(context, engine, graph, command, held, recovered);
    if (isNothing(found.plan)) return report(context, found, nothingApplied);
    const applied = await apply({ context, locks, engine, held, plan: found.plan });
    return 'outcome' in applied ? applied : report(context, found, applied);
  } finally {
    await engine.stop();
  }
}

async function apply(run: PlannedRun): Promise<Applied | CommittedUnseen> {
  await makeRoomFor(run);
  const journal = beginJournal(run.context, run.plan);
  const changed = await change(run, journal);
  return 'outcome' in changed ? changed : finish(run, changed);
}

type Applied = Pick<RunReport, 'steps' | 'checks' | 'snapshot' | 'pruned'>;

interface Changed {
  readonly snapshot: InspectedSnapshot;
  readonly steps: readonly StepReport[];
  readonly checks: readonly CheckResult[];
  readonly committed: RunJournal;
}

/** Up to and including the commit. If anything fails here, the database is as before when the error is thrown. */
async function change(run: PlannedRun, journal: RunJournal): Promise<Changed | CommittedUnseen> {
  let proof: Promise<InspectedSnapshot> | undefined;
  try {
    // Before the snapshot, so that a module that cannot be loaded costs no time.
    await load(run);
    const copy = await takeSnapshot(run);
    const proving = inspectForRun(run, copy);
    proof = proving;
    const { migrated, recorded, measured } = await beside(proving, async () => {
      const ran = await migrate(run, proving);
      const rows = await record(run, ran.steps, copy, proving);
      return { migrated: ran, recorded: rows, measured: await measure(run) };
    });
    const snapshot = await proving;
    const changed = await findChanged(run, snapshot);
    const references = await findReferences(run, snapshot, migrated, measured);
    const checks = check(run, snapshot, migrated, recorded, measured, changed, references);
    await nameSnapshot(run, recorded, snapshot);
    const committed = await commit(run, journal, snapshot);
    return { snapshot, steps: migrated.steps, checks, committed };
  } catch (error) {
    return await undo(run, await proof?.catch(() => undefined), error);
  }
}

/** After the commit, when other processes may write again. */
async function finish(
  run: PlannedRun,
  { snapshot, steps, checks, committed }: Changed,
): Promise<Applied | CommittedUnseen> {
  const { context } = run;
  try {
    await verify(run, committed, snapshot);
    const maintained = await maintain(run);
    // Before the journal is removed: without it the next start finds nothing pending and would leave a working copy
    // forever.
    const pruned = await tidyUp(context);
    removeJournal(context);
    return { steps: [...steps, ...maintained], checks, snapshot: snapshot.manifest, pruned };
  } catch (error) {
    return await endAfterCommit(run, error);
  }
}

const nothingApplied: Applied = { steps: [], checks: [], snapshot: null, pruned: [] };

function report(context: RunContext, { plan, schema, recovered }: Pending, applied: Applied): RunReport {
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
