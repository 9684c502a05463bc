/** A run's report as a file in a folder that somebody asked for. */
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeOwnedFile } from '../files/owned-file.ts';
import { directoryMode, type Ownership, own } from '../files/ownership.ts';
import { recordId } from '../records/record-id.ts';
import type { RunRecord } from '../records/run-record.ts';
import { renderHtml } from './html-report.ts';
import { storyOf } from './run-story.ts';

/**
 * @param ownership Of the database: a report may show what is in it.
 * @returns The path.
 * @throws {Error} as Node has it, such as EACCES.
 */
export function writeReportFile(folder: string, record: RunRecord, ownership: Ownership): string {
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    own(folder, { ...ownership, mode: directoryMode(ownership) });
  }
  const path = join(folder, `${recordId(record)}.html`);
  writeOwnedFile(path, renderHtml(storyOf(record)), ownership);
  return path;
}
