/** What the quick and the long tests of this subject share. */
import assert from 'node:assert/strict';
import { copyFileSync } from 'node:fs';
import type { TestContext } from 'node:test';
import Database from 'better-sqlite3';
import { dumpWithVersion } from '../harness/dump.ts';
import { sqlRevision } from '../harness/files.ts';
import { type Project, project } from '../harness/project.ts';
import { runsWell } from './shell.ts';

/** Everything that the database holds, but for what no two runs have alike: ids, times and the snapshot. */
export function everything(path: string): string {
  const db = new Database(path, { readonly: true });
  try {
    const history = db
      .prepare('SELECT id, revision, direction, checksum, tool_version, result FROM drydock_history ORDER BY id')
      .all();
    return [dumpWithVersion(path), ...history.map((row) => JSON.stringify(row))].join('\n');
  } finally {
    db.close();
  }
}

/** Runs a verb on a database, and its script on a copy of it; both must come to the same. */
export async function assertSame(
  { run, database }: Pick<Project, 'run' | 'database'>,
  ...args: readonly string[]
): Promise<string> {
  const copy = `${database}.copy`;
  copyFileSync(database, copy);
  const { code, stdout: script, stderr } = await run([...args, '--sql']);
  assert.equal(code, 0, stderr);
  runsWell(copy, script);
  const online = await run(args);
  assert.equal(online.code, 0, online.stderr);
  assert.equal(everything(copy), everything(database), args.join(' '));
  return script;
}

export const table = `CREATE TABLE t (
  id INTEGER PRIMARY KEY AUTOINCREMENT, -- the key
  note, kind TEXT, price REAL
); CREATE INDEX by_kind ON t (kind);
CREATE TABLE w (a INTEGER /* dropped with it */ CONSTRAINT positive CHECK (a > 0), b TEXT /* so is this */ NOT NULL);`;

/** A project whose database is at a1, and what its script for b1 does there. */
export async function scriptFor(t: TestContext, rows: string, body: string): Promise<{ it: Project; script: string }> {
  const b1 = `export const revision = 'b1'; export const revises = 'a1';
    export function upgrade(op) { ${body} }
    export function downgrade() {}`;
  const tables = 'CREATE TABLE p (id INTEGER PRIMARY KEY, n TEXT); CREATE TABLE c (p REFERENCES p (id));';
  const it = project(t, { 'a1.sql': sqlRevision('a1', undefined, tables), 'b1.mjs': b1 }, '');
  await it.text('upgrade', 'a1');
  const db = new Database(it.database);
  db.pragma('foreign_keys = OFF');
  db.exec(rows);
  db.close();
  return { it, script: await it.text('upgrade', '--sql') };
}

/** A script for Drydock's own SQLite, which the stock shell may be much older than. */
export function withoutShell(script: string): string {
  return script.replace(/^[.].*$/gm, '');
}
