/** A preview as terminal text. */
import { relative } from 'node:path';
import { describeBytes, describeRevisions, plural } from '../format.ts';
import { describeLosses } from '../plan/loss.ts';
import type { Preview, PreviewedStep } from '../plan/previewed.ts';
import type { Unannounced } from '../plan/unannounced.ts';
import type { Direction } from '../revisions/revision.ts';
import type { SpaceEstimate } from '../run/outcome.ts';
import { visible, visibleLines } from '../visible.ts';
import { renderNothingPending } from './nothing-pending.ts';
import { renderTable } from './text-table.ts';

/** @param folder Paths are printed relative to it. */
export function renderPreview(preview: Preview, folder: string): string {
  const { outcome, direction, database, from, to, stopped, losses, unfinishedRun } = preview;
  const unfinished = unfinishedRun ? ['A run is in progress, or was killed; the next run finishes it first.'] : [];
  if (outcome === 'nothing-pending') {
    return [renderNothingPending(database, from), ...unfinished].join('\n\n');
  }
  return [
    visible(`${database} would go from ${describeRevisions(from)} to ${describeRevisions(to)}. Nothing was changed.`),
    ...unfinished,
    ...preview.steps.map((step) => renderStep(step, folder)),
    ...(stopped === null ? [] : [visible(renderStop(stopped, direction))]),
    ...(losses.length === 0 ? [] : [visible(`It loses data: ${describeLosses(losses)}.`)]),
    ...preview.unannounced.map((one) => visible(renderUnannounced(one))),
    ...renderFindings(preview.steps, folder),
    renderEffort(preview),
  ].join('\n\n');
}

function renderStep(
  { id, direction, path, message, statements, operations, tables }: PreviewedStep,
  folder: string,
): string {
  const title = visible(
    `${direction === 'up' ? 'upgrade' : 'downgrade'} ${id}, ${message} (${relative(folder, path)})`,
  );
  const sql = statements.map(({ sql: text, parameters }) => {
    const bound = parameters.length === 0 ? '' : ` -- ${visible(parameters.join(', '))}`;
    return `${text.replace(/^/gm, '  ')};${bound}`;
  });
  const how = operations.map(({ operation, table, method, why }) => [operation, table, method, why]);
  const touched = tables.map(({ table, rows, bytes, work }) => [
    table,
    String(rows),
    bytes === null ? '?' : describeBytes(bytes),
    work.join(', '),
  ]);
  return [
    title,
    sql.length === 0 ? '  (nothing)' : sql.join('\n'),
    ...(how.length === 0 ? [] : [indent(renderTable(['OPERATION', 'TABLE', 'HOW', 'WHY'], how))]),
    ...(touched.length === 0 ? [] : [indent(renderTable(['TABLE', 'ROWS', 'SIZE', 'TOUCHED'], touched, [1, 2]))]),
  ].join('\n\n');
}

function renderStop({ id, why, certain }: NonNullable<Preview['stopped']>, direction: Direction): string {
  if (certain) return `It would fail (20): ${why}.`;
  const instead = direction === 'up' ? ' `drydock rehearse` runs it on a copy with all rows.' : '';
  return `Steps from ${id} on could not be simulated (in memory, one row per table): ${why}.${instead}`;
}

function renderUnannounced({ revision, table, rows, announcement }: Unannounced): string {
  return `It would fail (21): revision ${revision} drops ${table} with ${plural(rows, 'row')} and does not announce it; if that is intended, add \`${announcement}\` to the revision.`;
}

function renderFindings(steps: readonly PreviewedStep[], folder: string): string[] {
  const findings = steps.flatMap((step) => step.findings);
  if (findings.length === 0) return [];
  const lines = findings.map(({ path, line, message, rule }) => {
    const place = line === null ? '' : `:${line}`;
    return `  ${relative(folder, path)}${place}: ${message} (${rule})`;
  });
  return [visibleLines(['Look at this first:', ...lines])];
}

function renderEffort({ direction, space, estimatedSeconds, onWorkingCopy }: Preview): string {
  const measure = direction === 'up' ? '; `drydock rehearse` measures it' : '';
  return [
    `Space: ${describeVolume(space)} (the database has ${describeBytes(space.databaseBytes)}).`,
    ...(space.snapshots === undefined ? [] : [`On the volume of the snapshots: ${describeVolume(space.snapshots)}.`]),
    ...(onWorkingCopy ? ['All of it runs on a working copy, because a revision asks for no transaction.'] : []),
    `Time: about ${estimatedSeconds} s, estimated from the size alone${measure}.`,
  ].join('\n');
}

function describeVolume({ neededBytes, freeBytes }: Pick<SpaceEstimate, 'neededBytes' | 'freeBytes'>): string {
  const enough = neededBytes <= freeBytes ? '' : ', which is too little';
  return `about ${describeBytes(neededBytes)} needed, ${describeBytes(freeBytes)} free${enough}`;
}

function indent(text: string): string {
  return text.replace(/^/gm, '  ');
}
