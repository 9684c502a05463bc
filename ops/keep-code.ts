/** Keeps the machine code of the published scripts, taken after they have done what they do in an upgrade. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { call, codeCachePath, compile } from '../src/cli/code-cache.ts';
import type * as Yaml from '../src/config/yaml.ts';

const run = promisify(execFile);

/** @param folder Of the whole build. */
export async function keepCodeOf(folder: string): Promise<void> {
  const cwd = mkdtempSync(join(tmpdir(), 'drydock-build-'));
  try {
    writeProject(cwd);
    // The first upgrade is a run, and is done by the whole command line; nothing is pending in the second.
    for (const script of ['cli.cjs', 'yaml.cjs', 'start.cjs'])
      await run(process.execPath, [fileURLToPath(import.meta.url), join(folder, script)], { cwd });
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

const config =
  'database: ../app.db\nstatistics:\n  - name: notes\n    sql: SELECT count(*) FROM notes\n    rule: not-less\n';

function writeProject(folder: string): void {
  const files = {
    'config/drydock.yaml': config,
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
  const exported = call(script, path);
  if (basename(path) === 'yaml.cjs') useYaml(exported as typeof Yaml);
}

function useYaml({ LineCounter, parseDocument }: typeof Yaml): void {
  parseDocument(config, { lineCounter: new LineCounter(), stringKeys: true }).toJS();
}

const [, , script] = process.argv;
if (import.meta.main && script !== undefined) runAndKeep(script);
