/** Judges what is about to be committed against the snapshot. */

import { carryOver } from '../checks/carry-over.ts';
import { tablesKept } from '../checks/follow-tables.ts';
import { judge } from '../checks/judge.ts';
import type { CheckResult, ReferenceValues, SeenAfter } from '../checks/measurement.ts';
import { partUntouched } from '../checks/untouched.ts';
import type { EngineRequests } from '../engine/protocol.ts';
import { DrydockError } from '../errors.ts';
import { differingPages } from '../files/same-pages.ts';
import { plural } from '../format.ts';
import { describeTriggers, lastRunOf } from '../revisions/applied-tables.ts';
import { readCatalog, type Snapshot } from '../snapshots/catalog.ts';
import { sumOfUsersRows } from '../snapshots/trace.ts';
import { phase, stoppable, tellFact } from './context.ts';
import type { Migrated } from './migrate.ts';
import type { PlannedRun } from './planned-run.ts';
import type { Recorded } from './record.ts';
import type { InspectedSnapshot } from './take-snapshot.ts';

/** The phase: measures the result, in the open transaction. */
export function measure(run: PlannedRun): Promise<SeenAfter> {
  const { context, engine } = run;
  const { statistics } = context.request.config;
  const work = () => stoppable(context, engine, engine.call('measure', { statistics, extent: extentOf(run) }));
  return phase(context, 'check', work, ({ written }) => ({ written }));
}

/**
 * Everything is checked if the config wants it, and in the first run with another version of SQLite: what is known of its
 * programs was found out with the version before.
 */
function extentOf({ context, held }: PlannedRun): EngineRequests['measure']['takes']['extent'] {
  const { layout, request, runId } = context;
  if (request.config.integrity === 'full') return 'everything';
  const versions = readCatalog(layout).snapshots.flatMap(({ manifest }) =>
    manifest.runId === runId || manifest.sqliteVersion === 'unknown' ? [] : [manifest.sqliteVersion],
  );
  const isFirst = versions.length > 0 && versions.at(-1) !== held.sqliteVersion;
  return isFirst ? 'everything' : 'what was written';
}

/** Looks for changes another way than by statements. */
export async function findChanged(
  { context, engine, plan }: PlannedRun,
  { path }: Snapshot,
): Promise<readonly string[] | null> {
  const { workingCopy } = context.layout;
  const pages = plan.onWorkingCopy ? await differingPages(workingCopy, path, context.stop) : [];
  return stoppable(context, engine, engine.call('changedTables', { snapshot: path, pages }));
}

/** Compares the foreign keys of the tables that were written with the snapshot's. */
export async function findReferences(
  { context, engine }: PlannedRun,
  { path, inspection }: InspectedSnapshot,
  { left }: Migrated,
  { measurement }: SeenAfter,
): Promise<readonly ReferenceValues[]> {
  // Of a damaged file nothing else is judged.
  if (measurement.integrity.length > 0) return [];
  const tables = tablesKept(inspection.measurement.rows, measurement.rows, left);
  if (tables.length === 0) return [];
  return stoppable(context, engine, engine.call('references', { snapshot: path, tables }));
}

/** @throws {DrydockError} CHECK_FAILED naming the checks that failed. */
export function check(
  { context, held, plan }: PlannedRun,
  snapshot: InspectedSnapshot,
  { left }: Migrated,
  { rows, triggers }: Recorded,
  measured: SeenAfter,
  changed: readonly string[] | null,
  references: readonly ReferenceValues[],
): readonly CheckResult[] {
  const { statistics } = context.request.config;
  const lastRun = rows > 0 ? context.runId : lastRunOf(held.history);
  const before = snapshot.inspection.measurement;
  const after = carryOver(before, measured);
  tellFact(context, { becomes: { lastRun, rows: sumOfUsersRows(after.rows) } });
  const checks = judge({
    before,
    after,
    steps: plan.steps.map(({ revision: { id, expect, body }, direction }) => ({
      id,
      expectations: expect[direction],
      direction,
      format: body.kind,
    })),
    left,
    references,
    broken: measured.broken,
    written: measured.written,
    changed,
    direction: plan.command === 'downgrade' ? 'down' : 'up',
    rules: statistics,
  });
  for (const result of checks) context.observer({ kind: 'check', result });
  const { sentence } = partUntouched(checks);
  if (sentence !== undefined) context.observer({ kind: 'note', message: sentence });
  const failed = checks.filter(({ ok }) => !ok);
  if (failed.length > 0) throw checkFailed(failed, triggers);
  return checks;
}

function checkFailed(failed: readonly CheckResult[], triggers: readonly string[]): DrydockError {
  const kinds = new Set(failed.map(({ check: kind }) => kind));
  const orAnnounce = kinds.has('rows') || kinds.has('references') ? ', or announce the change if it is intended' : '';
  const orDrop =
    triggers.length === 0 ? '' : `, or drop ${describeTriggers(triggers)}, which fired when the run was recorded`;
  // Enforcement is off, so what an application relies on does not happen here.
  const cascade = kinds.has('foreign keys')
    ? ' (ON DELETE and ON UPDATE do not act in a revision: change or delete the rows that refer to a row yourself)'
    : '';
  return new DrydockError('CHECK_FAILED', {
    what: `After the revisions ${failed.length === 1 ? 'a check' : plural(failed.length, 'check')} failed: ${failed.map(({ message }) => message).join('; ')}`,
    next: `Fix the revision${cascade}${orAnnounce}${orDrop}; then run again`,
  });
}
