/** A project of trivial revisions in a folder of its own. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { revisionFolder, sqlRevision } from '../test/harness/files.ts';

export interface Project {
  readonly folder: string;
  readonly database: string;
  /** What the command is told besides its verb. */
  readonly flags: readonly string[];
}

/** @param up The SQL of each, by its number from 1. */
export function writeProject(folder: string, count: number, up: (number: number) => string): Project {
  rmSync(folder, { recursive: true, force: true });
  const revisions: Record<string, string> = {};
  for (let number = 1; number <= count; number += 1) {
    const before = number === 1 ? undefined : nameOf(number - 1);
    revisions[`${nameOf(number)}.sql`] = sqlRevision(nameOf(number), before, up(number));
  }
  const migrations = revisionFolder(folder, revisions);
  const database = join(folder, 'app.db');
  writeFileSync(database, '');
  return { folder, database, flags: ['--database', database, '--migrations', migrations] };
}

function nameOf(number: number): string {
  return `r${String(number).padStart(4, '0')}`;
}
