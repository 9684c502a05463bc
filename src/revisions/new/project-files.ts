/** The files of a new project: a folder for the revisions, and the config. */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { codeOf, DrydockError, messageOf } from '../../errors.ts';
import { writeNew } from './write-revision.ts';

const readme = `Revisions of the database's schema, one file each, run by Drydock (sqlite-drydock).
A new one: \`drydock revision -m "what it does"\`. What is pending: \`drydock history --indicate-current\`. Run it: \`drydock upgrade\`.
A file that was applied is never edited: a change is a new revision.
`;

/** Absolute paths. */
export interface Project {
  readonly migrations: string;
  readonly config: string;
  readonly database: string;
}

/**
 * Creates the folder and the config.
 * @returns The paths of what was created.
 * @throws {DrydockError} USAGE if either exists already; then nothing is created.
 */
export function createProject({ migrations, config, database }: Project): readonly string[] {
  if (existsSync(config))
    throw taken(`${config} already exists`, 'Use the project that is there, or move the file away');
  const found = entriesOf(migrations);
  if (found > 0) throw taken(`Directory ${migrations} already exists and is not empty`, 'Name another folder');
  const folder = join(migrations, 'README.md');
  makeFolder(migrations);
  makeFolder(dirname(config));
  writeNew(folder, readme);
  writeNew(config, configText(dirname(config), migrations, database));
  return [migrations, folder, config];
}

function configText(from: string, migrations: string, database: string): string {
  const path = (to: string) => JSON.stringify(relative(from, to));
  return [
    "# Paths are relative to this file's folder. DRYDOCK_* variables and flags override this file.",
    `database: ${path(database)}`,
    `migrations: ${path(migrations)}`,
    '',
  ].join('\n');
}

function entriesOf(folder: string): number {
  try {
    return readdirSync(folder).length;
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return 0;
    throw taken(`${folder} cannot be used: ${messageOf(cause)}`, 'Name another folder', cause);
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (cause) {
    throw taken(`The folder ${path} cannot be made: ${messageOf(cause)}`, 'Name another folder', cause);
  }
}

function taken(what: string, next: string, cause?: unknown): DrydockError {
  return new DrydockError('USAGE', { what, next, cause });
}
