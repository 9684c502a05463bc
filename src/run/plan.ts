/** What a run will do, decided from the revisions and from the revision that the database is at. Pure. */

import { DrydockError, unreachable } from '../errors.ts';
import { shellWord, shellWords } from '../files/shell-word.ts';
import type { Applied } from '../revisions/applied-tables.ts';
import { checksum } from '../revisions/files/checksum.ts';
import { editedError, editedRevisions } from '../revisions/files/edited.ts';
import { newHeads, partByFiles, type RevisionGraph, requireKnown } from '../revisions/graph/graph.ts';
import { planStamp } from '../revisions/graph/stamp.ts';
import { planDowngrade, planUpgrade } from '../revisions/graph/steps.ts';
import type { Revision, Step } from '../revisions/revision.ts';
import { isContentPreserving } from '../revisions/sql/statements.ts';
import { isMaintenanceCommand, maintenancePlan } from './maintenance-plan.ts';
import type { Copies, MigrationCommand } from './outcome.ts';

export interface Plan {
  readonly command: MigrationCommand['verb'];
  /** The steps of the one transaction, or of the one exchange of a working copy, in order. */
  readonly steps: readonly Step[];
  /**
   * Steps with `transaction: false` that change no content (VACUUM, journal_mode, …), by revision: they run on the live
   * file after the commit, and are simply run again if they fail or are killed. Includes those left by an earlier run.
   */
  readonly maintenance: readonly MaintenanceStep[];
  /** True if a step asked for no transaction and may change content: then all of them run on a working copy. */
  readonly onWorkingCopy: boolean;
  /** Rows of alembic_version before and after. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** What the run records as applied without running it; {@link baseStamp} if that is nothing. */
  readonly stamped: readonly Pick<Revision, 'id' | 'checksum'>[];
  /** What a revision finds in `op.arguments`. */
  readonly arguments: Readonly<Record<string, string>>;
}

/** Every run, including a stamp of base, leaves a row in the history: it tells the next start that the run committed. */
const baseStamp: Pick<Revision, 'id' | 'checksum'> = { id: 'base', checksum: checksum('') };

export interface MaintenanceStep {
  readonly step: Step;
  /** The run whose history row says 'deferred'; undefined if it is this one. */
  readonly deferredBy: string | undefined;
}

/**
 * @throws {DrydockError} HISTORY if the database and the revision files do not belong together; USAGE if the target
 *   cannot be resolved.
 */
export function planRun(graph: RevisionGraph, applied: Applied, command: MigrationCommand): Plan {
  const { current, history } = applied;
  if (command.verb === 'ensure-version') {
    return stampPlan(command.verb, current, current, applied.versioned ? [] : [baseStamp]);
  }
  const forgets = command.verb === 'stamp' && command.forget === 'all';
  if (!forgets) requireKnown(graph, current, waysOutOf(applied, command));
  if (isMaintenanceCommand(command)) return maintenancePlan(command.verb, current);
  if (command.verb === 'stamp') {
    const { known } = partByFiles(graph, current);
    const { to, revisions } = planStamp(graph, forgets ? [] : current, known, command.targets);
    return { ...stampPlan(command.verb, current, to, revisions), arguments: command.arguments ?? {} };
  }
  const edited = editedRevisions(graph, current, history);
  if (edited.length > 0) throw editedError(edited, current);

  const all =
    command.verb === 'upgrade'
      ? planUpgrade(graph, current, command.target)
      : planDowngrade(graph, current, command.target);
  const after = appliedAfter(graph, current, all);
  const steps = all.filter((step) => !isMaintenanceStep(step));
  return {
    command: command.verb,
    steps,
    maintenance: [
      ...deferredSteps(graph, after, history),
      ...all.filter(isMaintenanceStep).map((step) => ({ step, deferredBy: undefined })),
    ],
    onWorkingCopy: steps.some((step) => !step.revision.transaction && !isEmpty(step)),
    from: current,
    // Redundant rows, where one implies another as Alembic may have stamped them, do not justify a run.
    to: all.length === 0 ? current : newHeads(graph, after),
    stamped: [],
    arguments: command.arguments ?? {},
  };
}

/** What to do about revisions that no file has, if the cause is known; else undefined. */
function waysOutOf(
  { history }: Applied,
  command: MigrationCommand,
): ((unknown: readonly string[]) => string) | undefined {
  if (command.verb === 'stamp') {
    return () =>
      `Run the image that has it, or have the database forget it: \`drydock stamp --purge ${shellWords(command.targets)}\``;
  }
  // Drydock always leaves a history, so this was another tool.
  if (history.length > 0) return undefined;
  return ([id = '']) =>
    `Run the image that has it; where Alembic brought the database there, write that down: \`drydock revision --autogenerate --rev-id ${shellWord(id)} -m "all that Alembic did" --schema <database>\` (docs/from-alembic.md)`;
}

export function isNothing(plan: Plan): boolean {
  return plan.steps.length === 0 && plan.maintenance.length === 0 && plan.stamped.length === 0;
}

/** How many times the database's size a run may need: a snapshot and a journal, plus a working copy or VACUUM's copy. */
export function copiesOf(plan: Plan): Copies {
  return { all: plan.onWorkingCopy || plan.maintenance.length > 0 ? 3 : 2, snapshots: 1 };
}

function stampPlan(
  command: 'stamp' | 'ensure-version',
  from: readonly string[],
  to: readonly string[],
  revisions: Plan['stamped'],
): Plan {
  const moves = from.join() !== to.join();
  const stamped = moves && revisions.length === 0 ? [baseStamp] : revisions;
  return { command, steps: [], maintenance: [], onWorkingCopy: false, from, to, stamped, arguments: {} };
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

/**
 * Maintenance that an earlier run deferred and did not reach, unless this run makes it pointless.
 * @param applied What is applied after this run.
 */
function deferredSteps(
  graph: RevisionGraph,
  applied: ReadonlySet<string>,
  history: Applied['history'],
): MaintenanceStep[] {
  const latest = new Map<string, Applied['history'][number]>();
  for (const row of history) {
    // In the order of their last rows, which is the order in which they must run.
    latest.delete(row.revision);
    latest.set(row.revision, row);
  }
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
    const step = { revision, direction: row.direction };
    // It may be edited until it has run, but must still be allowed to run on the live file.
    if (!isMaintenanceStep(step) && !isEmpty(step)) throw editedError([{ revision, recorded: row.checksum }], []);
    return [{ step, deferredBy: row.runId }];
  });
}

function isMaintenanceStep({ revision, direction }: Step): boolean {
  if (revision.transaction || revision.body.kind !== 'sql') return false;
  const statements = revision.body[direction];
  return statements.length > 0 && statements.every(({ sql }) => isContentPreserving(sql));
}

function isEmpty({ revision, direction }: Step): boolean {
  return revision.body.kind === 'sql' && revision.body[direction].length === 0;
}
