/** Folders, databases and revision files for tests that drive the real command on real files. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';

export const projectRoot = fileURLToPath(new URL('../..', import.meta.url));
export const bundledMigrations = join(projectRoot, 'migrations');

export type JournalMode = 'delete' | 'wal';
/** None in test:wal, which is for what `npm test` has in one mode only. */
export const bothJournalModes: readonly JournalMode[] =
  process.env['TEST_JOURNAL_MODE'] === 'wal' ? [] : ['delete', 'wal'];
/** Both, unless the environment asks for one: `npm test` has many an attack in one mode, and test:wal in the other. */
export const journalModes = (['delete', 'wal'] as const).filter(
  (mode) => (process.env['TEST_JOURNAL_MODE'] ?? mode) === mode,
);

/** A folder that is gone when the test is over. */
export function testFolder(t: TestContext): string {
  const folder = realpathSync(mkdtempSync(join(process.env['TEST_TMPDIR'] ?? tmpdir(), 'drydock-test-')));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const made = new Map<string, Promise<string>>();

/** A folder of the test, with a copy in it of what `make` makes once in this process: a run costs more than a copy of what it leaves. */
export async function copyOfMade(
  t: TestContext,
  name: string,
  make: (folder: string) => Promise<unknown>,
): Promise<string> {
  const folder = testFolder(t);
  await copyMade(folder, name, make);
  return folder;
}

export async function copyMade(
  folder: string,
  name: string,
  make: (folder: string) => Promise<unknown>,
): Promise<void> {
  const original = made.get(name) ?? makeOnce(make);
  made.set(name, original);
  cpSync(await original, folder, { recursive: true, preserveTimestamps: true });
}

async function makeOnce(make: (folder: string) => Promise<unknown>): Promise<string> {
  const folder = realpathSync(mkdtempSync(join(process.env['TEST_TMPDIR'] ?? tmpdir(), 'drydock-made-')));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  await make(folder);
  return folder;
}

/** The production-shaped et_intelligence.db: at 002, its three indexes missing. */
export function productionDatabase(folder: string, mode: JournalMode): string {
  const fixture = readFileSync(new URL('../fixtures/et_intelligence.sql', import.meta.url), 'utf8');
  return createDatabase(join(folder, 'et_intelligence.db'), mode, fixture);
}

export function createDatabase(path: string, mode: JournalMode, sql: string): string {
  const db = new Database(path);
  try {
    db.exec(sql);
    db.pragma(`journal_mode = ${mode}`);
  } finally {
    db.close();
  }
  return path;
}

/**
 * A folder of revisions. Each key is a file name, each value its text; `.sql` values that do not begin with a header
 * get one from their place: 001 first, each revising the one before.
 */
export function revisionFolder(folder: string, files: Readonly<Record<string, string>>): string {
  const migrations = join(folder, 'migrations');
  mkdirSync(migrations, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(migrations, name), text);
  return migrations;
}

/** The text of a SQL revision. */
export function sqlRevision(id: string, revises: string | undefined, up: string, down = '', header = ''): string {
  return [
    `-- revision: ${id}`,
    ...(revises === undefined ? [] : [`-- revises: ${revises}`]),
    ...(header === '' ? [] : [header]),
    '-- migrate:up',
    up,
    '-- migrate:down',
    down,
    '',
  ].join('\n');
}
