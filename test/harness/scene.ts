/** A database with a folder of revisions and a config, and what must be true of them after a run that failed. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import Database from 'better-sqlite3';
import { drydock, type Options, type Result, type Running, startDrydock } from './drydock.ts';
import { dumpWithVersion, integrity } from './dump.ts';
import {
  bothJournalModes,
  createDatabase,
  type JournalMode,
  revisionFolder,
  sqlRevision,
  testFolder,
} from './files.ts';

export interface Scene {
  readonly folder: string;
  readonly database: string;
  readonly migrations: string;
  run(args: readonly string[], options?: Options): Promise<Result>;
  start(args: readonly string[], options?: Options): Running;
  /** Writes one more revision, or another text for one. */
  revision(name: string, text: string): void;
}

export interface SceneOptions {
  readonly mode: JournalMode;
  readonly files: Readonly<Record<string, string>>;
  /** SQL of the database; {@link stockSql} unless given. */
  readonly sql?: string;
  /** Lines behind `database:` and `migrations:` in the config. */
  readonly config?: string;
}

/** Parents with children that vanish with them, and at 001_base as Alembic leaves it. */
export const stockSql = `
  CREATE TABLE parent (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL UNIQUE);
  CREATE TABLE child (
    id INTEGER PRIMARY KEY,
    parent_id INTEGER NOT NULL REFERENCES parent (id) ON DELETE CASCADE,
    note TEXT
  );
  CREATE INDEX child_parent ON child (parent_id);
  WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 200)
    INSERT INTO parent SELECT i, 'parent ' || i FROM n;
  WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
    INSERT INTO child SELECT i, 1 + i % 200, 'note ' || i FROM n;
  CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
  INSERT INTO alembic_version VALUES ('001_base');
`;

export const base: Readonly<Record<string, string>> = { '001_base.sql': sqlRevision('001_base', undefined, '') };

export function scene(t: TestContext, options: SceneOptions): Scene {
  return makeScene(testFolder(t), options);
}

export function makeScene(folder: string, { mode, files, sql = stockSql, config = '' }: SceneOptions): Scene {
  createDatabase(join(folder, 'stock.db'), mode, sql);
  revisionFolder(folder, files);
  writeFileSync(join(folder, 'drydock.yaml'), `database: stock.db\nmigrations: migrations\n${config}`);
  return sceneAt(folder);
}

/** A scene that is there already. */
export function sceneAt(folder: string): Scene {
  const migrations = join(folder, 'migrations');
  const withConfig = (args: readonly string[]) => [...args, '--config', join(folder, 'drydock.yaml')];
  return {
    folder,
    database: join(folder, 'stock.db'),
    migrations,
    run: (args, options) => drydock(withConfig(args), options),
    start: (args, options) => startDrydock(withConfig(args), options),
    revision: (name, text) => writeFileSync(join(migrations, name), text),
  };
}

/** Which part of the suite a test belongs to: the one of every change, or the rest, which is run now and then. */
export type Part = 'default' | 'rest';

/** One mode for each case by default, the other one in the rest. */
export function modesIn(part: Part, index: number): readonly JournalMode[] {
  return bothJournalModes.filter((_, place) => (place === index % 2) === (part === 'default'));
}

/** The same for a table of cases of which only some are quick: the others have both modes in the rest. */
export function partOf(quick: boolean, part: Part, index: number): readonly JournalMode[] {
  if (quick) return modesIn(part, index);
  return part === 'default' ? [] : bothJournalModes;
}

/** The text of a TypeScript revision. */
export function moduleRevision(
  id: string,
  revises: string,
  upgrade: string,
  { downgrade = '', top = '' } = {},
): string {
  return [
    `export const revision = '${id}';`,
    `export const revises = '${revises}';`,
    top,
    `export async function upgrade(op) {`,
    upgrade,
    '}',
    `export async function downgrade(op) {`,
    downgrade,
    '}',
    '',
  ].join('\n');
}

/** The 1-based line of a text's first line that holds `part`. */
export function lineOf(text: string, part: string): number {
  const index = text.split('\n').findIndex((line) => line.includes(part));
  assert.ok(index >= 0, `the text holds ${part}`);
  return index + 1;
}

/** Asserts the exit code and that the error is one plain sentence that says what is expected of it. */
export function assertFailed(result: Result, code: number, ...says: readonly (RegExp | string)[]): void {
  assert.equal(result.code, code, `stderr: ${result.stderr}`);
  const lines = result.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
  const places = result.error.includes('listed above') ? lines.filter((line) => line.startsWith('  ')) : [];
  const plain = lines.filter((line) => !places.includes(line));
  assert.deepEqual(plain, [`drydock: ${result.error}`], 'one line on stderr');
  assert.match(result.error, /^\S.*\.$/, 'a sentence');
  assert.doesNotMatch(result.error, /^Unexpected|undefined|\[object|invariant|\bat .*:\d+:\d+/, 'a plain sentence');
  const told = [...places, result.error].join('\n');
  for (const part of says) {
    if (typeof part === 'string') assert.ok(told.includes(part), `"${told}" says "${part}"`);
    else assert.match(told, part);
  }
}

/** All of the content, alembic_version with it. Two of them are equal when nothing was changed. */
export function contentOf({ database }: Pick<Scene, 'database'>): string {
  return dumpWithVersion(database);
}

/** Asserts that a run that failed left the database as it was and nothing to finish for the next one. */
export function assertUntouched(it: Scene, before: string): void {
  assert.equal(contentOf(it), before, 'the content is what it was');
  assert.equal(integrity(it.database), 'ok');
  assertNothingLeft(it);
}

/** Asserts that there is neither a run to finish nor a lock to clear. */
export function assertNothingLeft({ database }: Pick<Scene, 'database'>): void {
  for (const path of ['.drydock/run.json', '.drydock/working-copy.db', '-journal', '.lock']) {
    assert.ok(!existsSync(`${database}${path}`), `no ${path} is left`);
  }
}

export interface Listed {
  readonly id: string;
  readonly reason: string;
  readonly runId: string;
  readonly sha256: string;
}

/** The snapshots as their manifests tell, oldest first. */
export function snapshots({ database }: Pick<Scene, 'database'>): readonly Listed[] {
  const folder = `${database}.snapshots`;
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json') && existsSync(join(folder, name.replace(/json$/, 'db'))))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Listed);
}

export function snapshotFile({ database }: Pick<Scene, 'database'>, id: string): string {
  return `${database}.snapshots/${id}.db`;
}

/** Asserts that the snapshot that a failed run finished is there, is what its manifest says, and holds the old state. */
export function assertSnapshotKept(it: Scene, result: Result, before: string): void {
  const id = snapshotIn(result);
  const kept = snapshots(it).find((snapshot) => snapshot.id === id);
  assert.ok(kept, `the snapshot of the failed run is there: ${id}`);
  const file = snapshotFile(it, kept.id);
  assert.equal(createHash('sha256').update(readFileSync(file)).digest('hex'), kept.sha256);
  assert.equal(dumpWithVersion(file), before, 'the snapshot holds the state before the run');
}

/** The id of the snapshot that the run says it has finished; undefined where it did not come to that. */
export function snapshotIn(result: Result): string | undefined {
  const line = result.log.find(({ phase, snapshot }) => phase === 'inspect' && snapshot !== undefined);
  return line === undefined ? undefined : String(line['snapshot']);
}

/** Rows of drydock_history: "up 002_x done", oldest first. */
export function history(database: string): string[] {
  return query<{ direction: string; revision: string; result: string }>(
    database,
    'SELECT direction, revision, result FROM drydock_history ORDER BY id',
  ).map(({ direction, revision, result }) => `${direction} ${revision} ${result}`);
}

export function query<T>(database: string, sql: string): T[] {
  const db = new Database(database, { fileMustExist: true, readonly: true, timeout: 60_000 });
  try {
    return db.prepare<[], T>(sql).all();
  } finally {
    db.close();
  }
}

/** Runs SQL on a connection of its own, which is closed after it. */
export function execute(database: string, sql: string): void {
  const db = new Database(database, { fileMustExist: true, timeout: 60_000 });
  try {
    db.pragma('foreign_keys = OFF');
    db.exec(sql);
  } finally {
    db.close();
  }
}
