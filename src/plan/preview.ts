/** What a run would do, found without taking a lock or writing a byte. */

import { countRowsUpTo } from '../checks/measure.ts';
import type { Config } from '../config/config.ts';
import type { Replayed, Surveyed } from '../engine/shadow-result.ts';
import type { Observer } from '../events.ts';
import { isThere } from '../files/access.ts';
import { withReader } from '../files/database-reader.ts';
import { layoutFor } from '../files/layout.ts';
import { stepParts } from '../lint/lint-step.ts';
import { readApplied } from '../revisions/applied-tables.ts';
import { loadGraphToRun } from '../revisions/load-graph.ts';
import { pendingOf, readRows, requireFamiliar } from '../run/foreign.ts';
import { judgeLife } from '../run/former-life.ts';
import type { MigrationCommand } from '../run/outcome.ts';
import { copiesOf, isNothing, planRun } from '../run/plan.ts';
import { estimateSpace } from '../run/preflight.ts';
import { foldName, includesName } from '../schema/names.ts';
import { ownTables, readStoredSchema, type StoredSchema } from '../schema/read-schema.ts';
import { surveySteps } from '../shadow/survey.ts';
import { countLosses } from './count-losses.ts';
import { estimateSeconds, type TableWork } from './estimate-time.ts';
import { measureTables, sampleRows } from './live-tables.ts';
import { lostParts } from './lost-parts.ts';
import { previewStep, type SeenStep } from './preview-step.ts';
import type { Preview, TableSize } from './previewed.ts';
import { type TouchedTables, touchedTables } from './touched-tables.ts';
import { unannounced } from './unannounced.ts';

export type PreviewCommand = Extract<MigrationCommand, { readonly verb: 'upgrade' | 'downgrade' }>;

/** @throws {DrydockError} As the run would before it changes anything: USAGE, HISTORY, BUSY, DAMAGED_BEFORE. */
export async function previewRun(config: Config, command: PreviewCommand, observer: Observer): Promise<Preview> {
  const layout = layoutFor(config);
  const graph = loadGraphToRun(config);
  const { schema, samples, rows, applied } = withReader(layout.database, (reader) => {
    const read = readApplied(reader);
    const live = { schema: readStoredSchema(reader), samples: sampleRows(reader) };
    return { ...live, applied: read, rows: readRows(reader, read) };
  });
  const warning = judgeLife({ layout, config }, applied, rows);
  if (warning !== undefined) observer({ kind: 'warning', message: warning });
  const plan = planRun(graph, applied, command);
  const subject = { database: layout.database, config, applied, schema, rows };
  await requireFamiliar(subject, { graph, steps: pendingOf(plan), arguments: plan.arguments }, observer);
  const steps = [...plan.steps, ...plan.maintenance.map(({ step }) => step)];
  const surveyed: Surveyed =
    steps.length === 0
      ? { steps: [], stopped: undefined }
      : await surveySteps({ schema, rows: samples }, steps, plan.arguments, {
          extensions: config.sqliteExtensions,
          observer,
        });
  const seen = surveyed.steps.flatMap((each, index): SeenStep[] => {
    const { revision } = steps[index] ?? {};
    return revision === undefined ? [] : [{ ...each, revision, touched: touchedTables(stepParts(each.step)) }];
  });
  const names = new Set(seen.flatMap(({ touched }) => [...touched.keys()]));
  const { sizes, losses, counted } = withReader(layout.database, (reader) => ({
    counted: Object.keys(countRowsUpTo(reader, 1)),
    sizes: measureTables(reader, names),
    losses: countLosses(reader, lostParts(replayedOf(schema, surveyed)).parts),
  }));
  const live = new Set([...ownTables(schema)].map(([table]) => foldName(table)));
  const previewed = seen.map((each) => previewStep(each, sizes, config.lintIgnore));
  const space = estimateSpace(layout, copiesOf(plan));
  const work = seen.flatMap(({ touched }) => sizes.flatMap((size) => workOn(size, touched)));
  return {
    outcome: isNothing(plan) ? 'nothing-pending' : 'pending',
    direction: command.verb === 'upgrade' ? 'up' : 'down',
    database: layout.database,
    from: plan.from,
    to: plan.to,
    onWorkingCopy: plan.onWorkingCopy,
    unfinishedRun: isThere(layout.runJournal),
    steps: previewed,
    stopped: stopOf(surveyed),
    losses,
    unannounced: unannounced(
      losses,
      steps,
      (table) => live.has(foldName(table)),
      (table) => includesName(counted, table),
    ),
    space,
    estimatedSeconds: isNothing(plan) ? 0 : estimateSeconds(space.databaseBytes, work),
  };
}

function stopOf({ stopped }: Surveyed): Preview['stopped'] {
  return stopped === undefined ? null : { id: stopped.id, why: stopped.why, certain: stopped.blame === 'revision' };
}

function replayedOf(schema: StoredSchema, { steps }: Surveyed): Replayed {
  return { schemas: [schema, ...steps.map(({ after }) => after)], steps: steps.map(({ step }) => step) };
}

function workOn({ table, bytes }: TableSize, touched: TouchedTables): TableWork[] {
  return (touched.get(foldName(table)) ?? []).map((work) => ({ bytes, work }));
}
