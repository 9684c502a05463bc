/** What a run will do, decided from the revisions and from what the database says it is at. Pure. */
import { DrydockError, unreachable } from '../errors.ts';
import { planDowngrade, planUpgrade, resolveRevision } from '../revisions/address.ts';
import type { HistoryRow } from '../revisions/applied-tables.ts';
import { editedError, editedRevisions } from '../revisions/edited.ts';
import { newHeads, type RevisionGraph, requireKnown } from '../revisions/graph.ts';
import type { Revision, Step } from '../revisions/revision.ts';
import { isContentPreserving } from '../revisions/statements.ts';
import type { MigrationCommand } from './outcome.ts';

export interface Plan {
  readonly command: MigrationCommand['verb'];
  /** In the order in which they are applied: the steps that are one transaction, or one exchange of a working copy. */
  readonly steps: readonly Step[];
  /**
   * Steps of `transaction: false` that change no content (VACUUM, journal_mode, …), by revision: they run on the live
   * file after the commit, and are simply run again where they fail or are killed. Ones from an earlier run included.
   */
  readonly maintenance: readonly MaintenanceStep[];
  /** True where a step asked for no transaction and may change content: then all of them run on a working copy. */
  readonly onWorkingCopy: boolean;
  /** Rows of alembic_version before and after. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** What the run writes down as applied without running it. */
  readonly stamped: readonly Revision[];
}

export interface MaintenanceStep {
  readonly step: Step;
  /** The run whose history row says 'deferred'; undefined where it is this one. */
  readonly deferredBy: string | undefined;
}

/**
 * @throws {DrydockError} HISTORY where the database and the revision files do not belong together; USAGE where the
 *   target cannot be resolved.
 */
export function planRun(
  graph: RevisionGraph,
  applied: { readonly current: readonly string[]; readonly history: readonly HistoryRow[] },
  command: MigrationCommand,
): Plan {
  const { current, history } = applied;
  requireKnown(graph, current);
  if (command.verb === 'stamp') return planStamp(graph, current, command.target);
  const edited = editedRevisions(graph, current, history);
  if (edited.length > 0) throw editedError(edited);

  const all =
    command.verb === 'upgrade'
      ? planUpgrade(graph, current, command.target)
      : planDowngrade(graph, current, command.target);
  const deferred = command.verb === 'upgrade' ? deferredSteps(graph, current, history) : [];
  const steps = all.filter((step) => !isMaintenance(step));
  return {
    command: command.verb,
    steps,
    maintenance: [...deferred, ...all.filter(isMaintenance).map((step) => ({ step, deferredBy: undefined }))],
    onWorkingCopy: steps.some((step) => !step.revision.transaction && !isEmpty(step)),
    from: current,
    to: newHeads(graph, appliedAfter(graph, current, all)),
    stamped: [],
  };
}

export function isNothing(plan: Plan): boolean {
  return plan.steps.length === 0 && plan.maintenance.length === 0 && plan.stamped.length === 0;
}

function planStamp(graph: RevisionGraph, current: readonly string[], target: string): Plan {
  const to = [...resolveRevision(graph, target, current)].sort();
  const stamped = graph.revisions.filter(({ id }) => graph.ancestors(to).has(id));
  return { command: 'stamp', steps: [], maintenance: [], onWorkingCopy: false, from: current, to, stamped };
}

function appliedAfter(graph: RevisionGraph, current: readonly string[], steps: readonly Step[]): Set<string> {
  const applied = new Set(graph.ancestors(current));
  for (const { revision, direction } of steps) {
    switch (direction) {
      case 'up':
        applied.add(revision.id);
        break;
      case 'down':
        applied.delete(revision.id);
        break;
      default:
        unreachable(direction);
    }
  }
  return applied;
}

/** Maintenance that an earlier run committed to and did not get to. */
function deferredSteps(
  graph: RevisionGraph,
  current: readonly string[],
  history: readonly HistoryRow[],
): MaintenanceStep[] {
  const applied = graph.ancestors(current);
  const latest = new Map(history.map((row) => [row.revision, row]));
  return [...latest.values()].flatMap((row) => {
    const stillWanted = row.result === 'deferred' && applied.has(row.revision) === (row.direction === 'up');
    if (!stillWanted || row.direction === 'stamp') return [];
    const revision = graph.get(row.revision);
    if (revision === undefined) {
      throw new DrydockError('HISTORY', {
        what: `The database says that revision ${row.revision} still has a statement to run, and no file has that revision`,
        state: 'Nothing was changed',
        next: 'Put the file back, or run the image that has it',
      });
    }
    return [{ step: { revision, direction: row.direction }, deferredBy: row.runId }];
  });
}

function isMaintenance({ revision, direction }: Step): boolean {
  if (revision.transaction || revision.body.kind !== 'sql') return false;
  const statements = revision.body[direction];
  return statements.length > 0 && statements.every(({ sql }) => isContentPreserving(sql));
}

function isEmpty({ revision, direction }: Step): boolean {
  return revision.body.kind === 'sql' && revision.body[direction].length === 0;
}
