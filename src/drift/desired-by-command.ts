import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { schemaDatabaseVariable } from '../config/environment.ts';
import { DrydockError, messageOf } from '../errors.ts';
import type { Observer } from '../events.ts';

/**
 * Runs a command that creates a database in a temporary folder, reads that database and removes the folder.
 * @param command For the shell. The path of the database to create is in its environment.
 * @throws {DrydockError} USAGE if it fails or creates none; PREFLIGHT if the folder cannot be created.
 */
export async function databaseMadeBy<T>(command: string, observer: Observer, read: (path: string) => T): Promise<T> {
  const folder = makeFolder();
  const path = join(folder, 'schema.db');
  try {
    await run(command, path, observer);
    if (existsSync(path)) return read(path);
    throw new DrydockError('USAGE', {
      what: `schema_command ${JSON.stringify(command)} succeeded, but created no database`,
      next: `It must create one at the path in $${schemaDatabaseVariable}`,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function makeFolder(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'drydock-schema-'));
  } catch (error) {
    throw new DrydockError('PREFLIGHT', {
      what: `There is no temporary folder for the database of schema_command: ${messageOf(error)}`,
      state: 'Nothing was changed',
      next: 'Set TMPDIR to a writable folder; in a container, run it with --tmpfs /tmp',
      cause: error,
    });
  }
}

async function run(command: string, path: string, observer: Observer): Promise<void> {
  const child = spawn('sh', ['-c', command], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, [schemaDatabaseVariable]: path },
  });
  // Its output is not Drydock's output.
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) =>
      observer({ kind: 'note', message: `schema_command: ${line}` }),
    );
  }
  const [exitCode, signal] = await once(child, 'close');
  if (exitCode === 0) return;
  throw new DrydockError('USAGE', {
    what: `schema_command ${JSON.stringify(command)} ended with ${signal ?? `exit code ${exitCode}`}`,
    next: 'Its output is above; fix the command',
  });
}
