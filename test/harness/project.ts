/** A project as a user has it, and its verbs driven as real processes. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { drydock, type Options, type Result } from './drydock.ts';
import { createDatabase, sqlRevision, testFolder } from './files.ts';

export interface Project {
  readonly root: string;
  readonly database: string;
  readonly migrations: string;
  run(args: readonly string[], options?: Options): Promise<Result>;
  /** Runs a verb that must end with 0, and gives what it prints. */
  text(...args: readonly string[]): Promise<string>;
  /** The same with `--json`. */
  json<T>(...args: readonly string[]): Promise<T>;
  /** Runs a verb that must end with this code, and gives its sentence. */
  fails(code: number, ...args: readonly string[]): Promise<string>;
}

export const versionTable =
  'CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));';

/** SQL of a database that Alembic has brought to these revisions. */
export function alembicAt(...rows: readonly string[]): string {
  return [versionTable, ...rows.map((row) => `INSERT INTO alembic_version VALUES ('${row}');`)].join('\n');
}

/** @param files By name: a revision's whole text. @param sql Of the database; undefined for none. */
export function project(t: TestContext, files: Readonly<Record<string, string>>, sql?: string): Project {
  const root = testFolder(t);
  const migrations = join(root, 'migrations');
  for (const folder of ['config', 'data', 'migrations']) mkdirSync(join(root, folder));
  writeFileSync(
    join(root, 'config/drydock.yaml'),
    'database: ../data/app.db\nmigrations: ../migrations\nfrom_base: allow\n',
  );
  for (const [name, text] of Object.entries(files)) writeFileSync(join(migrations, name), text);
  const database = join(root, 'data/app.db');
  if (sql !== undefined) createDatabase(database, 'delete', sql);
  return { root, database, migrations, ...verbsIn(root) };
}

/** The verbs of a folder that need not be a project yet. */
export function verbsIn(root: string): Pick<Project, 'run' | 'text' | 'json' | 'fails'> {
  const run = (args: readonly string[], options: Options = {}) => drydock(args, { cwd: root, ...options });
  const succeed = async (args: readonly string[]) => {
    const result = await run(args);
    assert.equal(result.code, 0, `drydock ${args.join(' ')}: ${result.stderr}${result.stdout}`);
    return result;
  };
  return {
    run,
    text: async (...args) => (await succeed(args)).stdout.trimEnd(),
    json: async <T>(...args: readonly string[]) => (await succeed([...args, '--json'])).json<T>(),
    async fails(code, ...args) {
      const result = await run(args);
      assert.equal(result.code, code, `drydock ${args.join(' ')}: ${result.stderr}${result.stdout}`);
      assert.match(result.error, /^\S.*\.$/, 'one sentence');
      return result.error;
    },
  };
}

/** A table for each revision, so that what is applied can be seen in the schema. */
export function tableRevision(id: string, revises: string | undefined, ...header: readonly string[]): string {
  const down = `-- expect: rows t_${id} dropped\nDROP TABLE t_${id};`;
  return sqlRevision(id, revises, `CREATE TABLE t_${id} (n INTEGER);`, down, header.join('\n'));
}

/** Two branches, the second of which has a label and needs the first; then a merge. */
export const branched: Readonly<Record<string, string>> = {
  'a1.sql': tableRevision('a1', undefined, '-- message: the beginning'),
  'b1.sql': tableRevision('b1', 'a1', '-- message: to the left'),
  'c1.sql': tableRevision('c1', 'a1', '-- message: to the right', '-- branch-labels: right'),
  'c2.sql': tableRevision('c2', 'c1', '-- message: further right', '-- depends-on: b1'),
};

/** Every file of a folder with its size, times and content, as text. */
export function stateOf(root: string): string {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const path = join(root, name);
      const { size, mtimeMs, ino } = statSync(path);
      const content = statSync(path).isFile() ? createHash('sha256').update(readFileSync(path)).digest('hex') : '';
      return [name, size, mtimeMs, ino, content].join(' ');
    })
    .join('\n');
}
