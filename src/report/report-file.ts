/** Writes a run's report to the configured folder. */
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
 * @param id The record's.
 * @param ownership The database's: a report may show what the database contains.
 * @returns The path.
 * @throws {Error} Node's own, such as EACCES.
 */
export function writeReportFile(folder: string, id: string, record: RunRecord, ownership: Ownership): string {
  makeFolder(folder, ownership);
  const path = join(folder, `${id}.html`);
  writeOwnedFile(path, renderHtml(storyOf(record)), ownership);
  return path;
}

/** Also creates missing parents, all with the ownership of the database: its users must be able to enter each of them. */
function makeFolder(folder: string, ownership: Ownership): void {
  if (existsSync(folder)) return;
  const first = mkdirSync(folder, { recursive: true, mode: 0o700 }) ?? folder;
  for (let made = folder; made.length >= first.length; made = dirname(made)) giveFolder(made, ownership);
}
