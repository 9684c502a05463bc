/** What the runs of a database left behind. None of it opens the database. */
import { type ReportFormat, readRun, readRuns, renderReport } from '../api/report.ts';
import type { Config } from '../config/config.ts';
import type { RunRecord } from '../records/run-record.ts';
import type { RunList } from '../records/store.ts';

/** The last runs, the one that ended last first. */
export async function listRuns(config: Config): Promise<RunList> {
  return readRuns(config);
}

/**
 * The record of one run.
 * @param id The run's id or the beginning of it, or `latest`.
 * @throws {DrydockError} USAGE where no run, or more than one, has it.
 */
export async function showRun(config: Config, id = 'latest'): Promise<RunRecord> {
  return readRun(config, id);
}

/**
 * The report of one run, as one HTML document that needs nothing else, or as Markdown.
 * @throws {DrydockError} as {@link showRun} does.
 */
export async function report(config: Config, id = 'latest', format: ReportFormat = 'html'): Promise<string> {
  return renderReport(readRun(config, id), format);
}
