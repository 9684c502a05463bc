/** Decides under the write lock what the run will do, and refuses what it must not do. */
import type { Engine } from '../engine/client.ts';
import type { HeldNow } from '../engine/protocol.ts';
import { DrydockError } from '../errors.ts';
import { describeRevisions } from '../format.ts';
import { isLeftEmpty } from '../revisions/files/scaffold.ts';
import type { RevisionGraph } from '../revisions/graph/graph.ts';
import { phase, type RunContext, stoppable, tellFact } from './context.ts';
import { requireFamiliarHeld } from './foreign.ts';
import type { MigrationCommand, RecoveryReport, RunReport } from './outcome.ts';
import { type Plan, planRun } from './plan.ts';
import { describeUntold, isMarked, isRelative, type RelativeCommand, untoldRun } from './untold.ts';
import { compareStamp } from './verify-stamp.ts';

export interface Pending {
  readonly plan: Plan;
  /** See {@link RunReport.schema}. */
  readonly schema: RunReport['schema'];
  readonly recovered: RecoveryReport | null;
}

export async function pending(
  context: RunContext,
  engine: Engine,
  graph: RevisionGraph,
  command: MigrationCommand,
  held: HeldNow,
  recovered: RecoveryReport | null,
): Promise<Pending> {
  const done = committedBefore(context, held, command, recovered);
  const found = await phase(
    context,
    'pending',
    async () => {
      const plan = planRun(graph, held, done === null ? command : { ...done.command, target: 'current' });
      requireAgreed(context, plan);
      await stoppable(context, engine, requireFamiliarHeld(context, engine, graph, plan, held));
      const schema = await stoppable(context, engine, compareStamp(context, engine, graph, plan, command));
      return { plan, schema, recovered: recovered ?? done?.report ?? null };
    },
    describePlan,
  );
  tellFact(context, { planned: found.plan.to });
  warnOfEmpty(context, found.plan);
  return found;
}

/** A revision that somebody forgot to fill is applied for good. */
function warnOfEmpty({ observer }: RunContext, { steps }: Plan): void {
  for (const { revision, direction } of steps) {
    if (direction === 'down' || !isLeftEmpty(revision)) continue;
    const message = `revision ${revision.id} is empty: once it is applied, nothing that is written into ${revision.path} will run`;
    observer({ kind: 'warning', message });
  }
}

interface DoneBefore {
  readonly command: RelativeCommand;
  readonly report: RecoveryReport;
}

/**
 * If a command with a relative target was interrupted after its commit, this run has the same result as that one.
 * Counting again would go twice as far, and might drop data without consent.
 */
function committedBefore(
  context: RunContext,
  held: HeldNow,
  command: MigrationCommand,
  recovered: RecoveryReport | null,
): DoneBefore | null {
  if (!isRelative(command)) return null;
  const { layout, runId, startedAt, observer } = context;
  if (recovered?.outcome === 'committed') {
    // A run of this process, or of a Drydock version that left no mark.
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

/** @throws {DrydockError} USAGE if the downgrade is no longer the one that consent was given to. */
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

function describePlan({ plan }: { readonly plan: Plan }) {
  return {
    steps: plan.steps.map(({ revision, direction }) => `${direction} ${revision.id}`),
    maintenance: plan.maintenance.map(({ step }) => step.revision.id),
    onWorkingCopy: plan.onWorkingCopy,
  };
}
