/** Keeps the machine code of the published start, taken after a run like nearly every run: an upgrade, nothing pending. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { codeCachePath, compile } from '../src/cli/code-cache.ts';

const run = promisify(execFile);

/** @param script The built `start.cjs`, with the rest of the build beside it. */
export async function keepCodeOf(script: string): Promise<void> {
  const cwd = mkdtempSync(join(tmpdir(), 'drydock-build-'));
  try {
    writeProject(cwd);
    await run(process.execPath, [join(dirname(script), 'cli.js'), 'upgrade'], { cwd });
    await run(process.execPath, [fileURLToPath(import.meta.url), script], { cwd });
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

function writeProject(folder: string): void {
  const files = {
    'config/drydock.yaml':
      'database: ../app.db\nstatistics:\n  - name: notes\n    sql: SELECT count(*) FROM notes\n    rule: not-less\n',
    'migrations/001_notes.sql': `-- revision: 001_notes
-- migrate:up
CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL);
-- migrate:down
DROP TABLE notes;
`,
    'migrations/002_author.ts': `export const revision = '002_author';
export const revises = '001_notes';
export const message = 'who wrote it';
export function upgrade(op) {
  op.addColumn('notes', op.column.string('author', 200));
}
export function downgrade(op) {
  op.dropColumn('notes', 'author');
}
`,
    'app.db': '',
  };
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

function runAndKeep(path: string): void {
  const script = compile(path);
  process.argv = [process.execPath, path, 'upgrade'];
  process.on('exit', () => writeFileSync(codeCachePath(path), script.createCachedData()));
  script.runInThisContext()(createRequire(path));
}

const [, , script] = process.argv;
if (import.meta.main && script !== undefined) runAndKeep(script);
