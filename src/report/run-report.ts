/** A run's report as a person reads it. */
import type { CheckResult } from '../checks/measurement.ts';
import type { RunReport } from '../run/outcome.ts';
import { describeBytes, describeRevisions } from '../run/words.ts';
import { renderTable } from './table.ts';

export function renderRunReport(report: RunReport): string {
  const parts = [headline(report)];
  if (report.recovered !== null)
    parts.push(
      `Recovered first: run ${report.recovered.runId}, interrupted while ${report.recovered.interruptedIn}. ${report.recovered.message}.`,
    );
  if (report.outcome === 'done')
    parts.push(...schema(report), phases(report), ...revisions(report), ...checks(report.checks), snapshot(report));
  return parts.join('\n\n');
}

function headline({ outcome, command, database, from, to, durationMs }: RunReport): string {
  if (outcome === 'nothing-pending') return `Nothing is pending: ${database} is at ${describeRevisions(to)}.`;
  if (command === 'ensure-version')
    return `Created the table alembic_version in ${database}, empty, in ${durationMs} ms.`;
  const verb = { upgrade: 'Upgraded', downgrade: 'Downgraded', stamp: 'Stamped' }[command];
  return `${verb} ${database} from ${describeRevisions(from)} to ${describeRevisions(to)} in ${durationMs} ms; every check passed.`;
}

function schema({ schema: compared, to }: RunReport): string[] {
  if (compared === null) return [];
  const { differences, mild } = compared;
  const match = differences.length === 0 ? 'matches' : 'does not match';
  const sentences = [...differences.map((each) => each.sentence), ...mild.map((each) => `(mild) ${each.sentence}`)];
  return [[`The schema ${match} ${describeRevisions(to)}.`, ...sentences.map((each) => `  ${each}`)].join('\n')];
}

function phases(report: RunReport): string {
  return renderTable(
    ['PHASE', 'MS'],
    report.phases.map(({ phase, durationMs }) => [phase, String(durationMs)]),
    [1],
  );
}

function revisions({ steps }: RunReport): string[] {
  if (steps.length === 0) return [];
  const rows = steps.map(({ id, direction, statements, durationMs }) => [
    id,
    direction,
    String(statements),
    String(durationMs),
  ]);
  return [renderTable(['REVISION', '', 'STATEMENTS', 'MS'], rows, [2, 3])];
}

function checks(results: readonly CheckResult[]): string[] {
  const rowsOf = (kinds: readonly CheckResult['check'][]) =>
    results
      .filter(({ check }) => kinds.includes(check))
      .map(({ check, subject, ok, before, after }) => [
        check,
        subject,
        value(before),
        value(after),
        ok ? 'ok' : 'FAILED',
      ]);
  const tables = [rowsOf(['integrity', 'foreign keys', 'rows']), rowsOf(['statistic'])];
  return tables
    .filter((rows) => rows.length > 0)
    .map((rows) => renderTable(['CHECK', '', 'BEFORE', 'AFTER', ''], rows, [2, 3]));
}

function value(of: string | number | null): string {
  return of === null ? '-' : String(of);
}

function snapshot({ snapshot: manifest, pruned }: RunReport): string {
  if (manifest === null) return 'No snapshot was needed.';
  const gone = pruned.length === 0 ? '' : ` Removed by retention: ${pruned.join(', ')}.`;
  return `Snapshot ${manifest.id} (${describeBytes(manifest.bytes)}) has the state before; to go back to it: drydock snapshot restore ${manifest.id}.${gone}`;
}
