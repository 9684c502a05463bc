import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { listRuns, type ReportFormat, renderReport, showRun } from '../../api/report.ts';
import type { Config } from '../../config/config.ts';
import { codeOf, DrydockError, messageOf } from '../../errors.ts';
import { markOf } from '../../report/run-story.ts';
import { renderTable } from '../../report/text-table.ts';
import { visible } from '../../visible.ts';
import type { Output } from '../print.ts';

export interface ReportFlags {
  readonly output?: string;
  readonly markdown?: true;
  readonly list?: true;
}

export async function report(config: Config, run = 'latest', flags: ReportFlags = {}): Promise<Output> {
  if (flags.list && flags.output !== undefined)
    throw new DrydockError('USAGE', {
      what: '--list prints the runs, and --output writes the report of one',
      next: 'Give one of the two',
    });
  if (flags.list) return list(config);
  const record = await showRun(config, run);
  const format: ReportFormat = flags.markdown ? 'markdown' : 'html';
  const text = renderReport(record, format);
  if (flags.output === undefined) return { data: { run: record, output: null }, text: text.trimEnd() };
  const path = resolve(flags.output);
  writeNew(path, text);
  return { data: { run: record, output: path }, text: visible(`The report of run ${record.runId} is in ${path}`) };
}

async function list(config: Config): Promise<Output> {
  const { runs, damaged } = await listRuns(config);
  const rows = runs.map(({ runId, startedAt, command, durationMs, ending }) => [
    runId.slice(0, 8),
    startedAt,
    command,
    markOf(ending).text,
    String(durationMs),
  ]);
  const table =
    rows.length === 0
      ? visible(`No run of ${config.database} has left a record`)
      : renderTable(['RUN', 'BEGAN', 'COMMAND', 'ENDING', 'MS'], rows, [4]);
  const data = {
    runs: runs.map(({ runId, startedAt, command, durationMs, ending }) => ({
      runId,
      startedAt,
      command,
      durationMs,
      ending,
    })),
    damaged,
  };
  return {
    data,
    text: [table, ...damaged.map(({ path, problem }) => visible(`Not readable: ${path}: ${problem}`))].join('\n'),
  };
}

/** Never overwrites a file: a typo could cost a database. */
function writeNew(path: string, text: string): void {
  try {
    // A report shows content of the database, so only this user may read it, until they share it.
    writeFileSync(path, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const why = codeOf(error) === 'EEXIST' ? 'is there already' : `cannot be written (${messageOf(error)})`;
    throw new DrydockError('USAGE', { what: `${path} ${why}`, next: 'Give --output another file', cause: error });
  }
}
