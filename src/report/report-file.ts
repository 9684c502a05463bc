/** A run's report as a file in a folder that somebody asked for. */
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeOwnedFile } from '../files/owned-file.ts';
import { giveFolder } from '../files/owned-folder.ts';
import type { Ownership } from '../files/ownership.ts';
import type { RunRecord } from '../records/run-record.ts';
import { renderHtml } from './html-report.ts';
import { storyOf } from './run-story.ts';

/**
 * @param folder Absolute.
 * @param id Of the record.
 * @param ownership Of the database: a report may show what is in it.
 * @returns The path.
 * @throws {Error} as Node has it, such as EACCES.
 */
export function writeReportFile(folder: string, id: string, record: RunRecord, ownership: Ownership): string {
  makeFolder(folder, ownership);
  const path = join(folder, `${id}.html`);
  writeOwnedFile(path, renderHtml(storyOf(record)), ownership);
  return path;
}

/** With those above it that are missing, each for whoever may use the database: one that he may not enter would hide all. */
function makeFolder(folder: string, ownership: Ownership): void {
  if (existsSync(folder)) return;
  const first = mkdirSync(folder, { recursive: true, mode: 0o700 }) ?? folder;
  for (let made = folder; made.length >= first.length; made = dirname(made)) giveFolder(made, ownership);
}
