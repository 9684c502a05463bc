/** A run's report as terminal text. */
import type { CheckResult } from '../checks/measurement.ts';
import { partUntouched } from '../checks/untouched.ts';
import type { StepReport } from '../engine/protocol.ts';
import { describeBytes, describeRevisions } from '../format.ts';
import type { AtTarget, PhaseReport, RecoveryReport, RunReport } from '../run/outcome.ts';
import { visible, visibleLines } from '../visible.ts';
import { headlineOf } from './headline.ts';
import { renderNothingPending } from './nothing-pending.ts';
import { renderTable } from './text-table.ts';

export function renderRunReport(report: RunReport | AtTarget): string {
  if (!('runId' in report)) return renderNothingPending(report.database, report.to);
  const parts = [visible(headlineOf(report))];
  parts.push(...renderRecovery(report.recovered));
  if (report.outcome === 'done')
    parts.push(
      ...schema(report),
      renderPhases(report.phases),
      ...renderSteps(report.steps),
      ...renderChecks(report.checks),
      snapshot(report),
    );
  return parts.join('\n\n');
}

function schema({ schema: compared, to }: RunReport): string[] {
  if (compared === null) return [];
  const { differences, mild } = compared;
  const match = differences.length === 0 ? 'matches' : 'does not match';
  const sentences = [...differences.map((each) => each.sentence), ...mild.map((each) => `(mild) ${each.sentence}`)];
  return [visibleLines([`The schema ${match} ${describeRevisions(to)}.`, ...sentences.map((each) => `  ${each}`)])];
}

export function renderRecovery(recovered: RecoveryReport | null): string[] {
  if (recovered === null) return [];
  const { runId, interruptedIn, message } = recovered;
  return [visible(`Recovered first: run ${runId}, interrupted while ${interruptedIn}. ${message}.`)];
}

export function renderPhases(reports: readonly PhaseReport[]): string {
  const rows = reports.map(({ phase, durationMs }) => [phase, String(durationMs)]);
  return renderTable(['PHASE', 'MS'], rows, [1]);
}

/** One table; none if no revision ran. */
export function renderSteps(steps: readonly StepReport[]): string[] {
  if (steps.length === 0) return [];
  const rows = steps.map(({ id, direction, statements, durationMs }) => [
    id,
    direction,
    String(statements),
    String(durationMs),
  ]);
  return [renderTable(['REVISION', '', 'STATEMENTS', 'MS'], rows, [2, 3])];
}

/** One table for the checks of every database, and one for the statistics. */
export function renderChecks(results: readonly CheckResult[]): string[] {
  const { told, sentence } = partUntouched(results);
  const rowsOf = (kinds: readonly CheckResult['check'][]) =>
    told
      .filter(({ check }) => kinds.includes(check))
      .map(({ check, subject, ok, before, after }) => [
        check,
        subject,
        value(before),
        value(after),
        ok ? 'ok' : 'FAILED',
      ]);
  const tables = [
    rowsOf(['integrity', 'constraints', 'foreign keys', 'objects', 'references', 'rows']),
    rowsOf(['statistic']),
  ];
  const rendered = tables
    .filter((rows) => rows.length > 0)
    .map((rows) => renderTable(['CHECK', '', 'BEFORE', 'AFTER', ''], rows, [2, 3]));
  return sentence === undefined ? rendered : [...rendered, sentence];
}

function value(of: string | number | null): string {
  return of === null ? '-' : String(of);
}

function snapshot({ snapshot: manifest, pruned }: RunReport): string {
  if (manifest === null) return 'No snapshot was needed.';
  const gone = pruned.length === 0 ? '' : ` Removed by retention: ${pruned.join(', ')}.`;
  return visible(
    `Snapshot ${manifest.id} (${describeBytes(manifest.bytes)}) has the state before; to go back to it: \`drydock snapshot restore ${manifest.id}\`.${gone}`,
  );
}
