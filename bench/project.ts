/** A project of trivial revisions in a folder of its own. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Project {
  readonly folder: string;
  readonly database: string;
  /** What the command is told besides its verb. */
  readonly flags: readonly string[];
}

/** @param up The SQL of each, by its number from 1. */
export function writeProject(folder: string, count: number, up: (number: number) => string): Project {
  rmSync(folder, { recursive: true, force: true });
  const migrations = join(folder, 'migrations');
  mkdirSync(migrations, { recursive: true });
  for (let number = 1; number <= count; number += 1) {
    const before = number === 1 ? '' : `-- revises: ${nameOf(number - 1)}\n`;
    writeFileSync(
      join(migrations, `${nameOf(number)}.sql`),
      `-- revision: ${nameOf(number)}\n${before}-- migrate:up\n${up(number)}\n-- migrate:down\n`,
    );
  }
  const database = join(folder, 'app.db');
  writeFileSync(database, '');
  return { folder, database, flags: ['--database', database, '--migrations', migrations] };
}

function nameOf(number: number): string {
  return `r${String(number).padStart(4, '0')}`;
}
