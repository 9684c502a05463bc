/** The records of a database's runs. Nothing here opens the database. */
import type { Config } from '../config/config.ts';
import { looking } from '../files/access.ts';
import { layoutFor } from '../files/layout.ts';
import type { RunRecord } from '../records/run-record.ts';
import { findRunRecord, listRunRecords, type RunList } from '../records/store.ts';
import { renderHtml } from '../report/html-report.ts';
import { renderMarkdown } from '../report/markdown-report.ts';
import { storyOf } from '../report/run-story.ts';

export type ReportFormat = 'html' | 'markdown';

const formats: Readonly<Record<ReportFormat, typeof renderHtml>> = { html: renderHtml, markdown: renderMarkdown };

/**
 * All kept records, the run that ended last first.
 * @example
 * const { runs } = await listRuns(config);
 * console.log(runs.map(({ runId, command }) => `${runId} ${command}`));
 */
export async function listRuns(config: Config): Promise<RunList> {
  const layout = layoutFor(config);
  return looking(() => listRunRecords(layout, Number.POSITIVE_INFINITY));
}

/**
 * The record of one run.
 * @param id The run's id or the beginning of it, or `latest`.
 * @throws {DrydockError} USAGE if no run, or more than one, matches.
 * @example
 * const { command, runId } = await showRun(config);
 * console.log(command, runId);
 */
export async function showRun(config: Config, id = 'latest'): Promise<RunRecord> {
  const layout = layoutFor(config);
  return looking(() => findRunRecord(layout, id));
}

/**
 * The report of one run, as a self-contained HTML document or as Markdown.
 * @throws {DrydockError} as {@link showRun} does.
 * @example
 * console.log(await report(config, 'latest', 'markdown'));
 */
export async function report(config: Config, id = 'latest', format: ReportFormat = 'html'): Promise<string> {
  return renderReport(await showRun(config, id), format);
}

export function renderReport(record: RunRecord, format: ReportFormat): string {
  return formats[format](storyOf(record));
}
