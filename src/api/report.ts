/** What the last runs left behind, read and told. */
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

/** All that are kept, the run that ended last first. */
export function readRuns(config: Config): RunList {
  const layout = layoutFor(config);
  return looking(() => listRunRecords(layout, Number.POSITIVE_INFINITY));
}

/**
 * @param id A run's id or the beginning of it, or `latest`.
 * @throws {DrydockError} USAGE where no run, or more than one, has it.
 */
export function readRun(config: Config, id: string): RunRecord {
  const layout = layoutFor(config);
  return looking(() => findRunRecord(layout, id));
}

export function renderReport(record: RunRecord, format: ReportFormat): string {
  return formats[format](storyOf(record));
}
