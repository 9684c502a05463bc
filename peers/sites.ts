/** Projects in folders of their own, the processes that are run in them, and what is in their databases afterwards. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { Site, Tool } from './tools.ts';

/** Longer than anything here should take: a tool that hangs is stopped, and has failed. */
const patienceMs = 180_000;

export interface Ended {
  /** Null where it was ended by a signal. */
  readonly exitCode: number | null;
  readonly output: string;
  readonly milliseconds: number;
}

export function newSite(folder: string): Site {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  // Node must not take the migrations for modules of whatever project the folder stands in.
  writeFileSync(join(folder, 'package.json'), '{}');
  const database = join(folder, 'app.db');
  writeFileSync(database, '');
  return { folder, database };
}

export function copySite(site: Site, folder: string): Site {
  rmSync(folder, { recursive: true, force: true });
  cpSync(site.folder, folder, { recursive: true });
  return { folder, database: join(folder, 'app.db') };
}

export interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** Starts what applies the pending migrations, as the leader of a process group. */
export function start(tool: Tool, site: Site): Started {
  return startProcess(tool.command, site.folder, tool.env);
}

export function startProcess(
  [command, ...args]: readonly [string, ...string[]],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Started {
  const started = performance.now();
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const timer = setTimeout(() => killGroup(child), patienceMs);
  const ended = once(child, 'close').then(([exitCode]: (number | null)[]) => {
    clearTimeout(timer);
    return { exitCode: exitCode ?? null, output, milliseconds: performance.now() - started };
  });
  return { child, ended };
}

export function killGroup({ pid }: ChildProcess): void {
  if (pid !== undefined) process.kill(-pid, 'SIGKILL');
}

/** @throws {Error} where it fails: what is measured afterwards stands on this. */
export async function apply(tool: Tool, site: Site): Promise<void> {
  const { exitCode, output } = await start(tool, site).ended;
  if (exitCode !== 0) throw new Error(`${tool.name} ended with ${exitCode}:\n${output.slice(-2000)}`);
}

/** What people would miss: the schema and every row, without the tool's own tables. */
export function contentOf(site: Site, tool: Tool): string {
  return read(site, (db) => {
    const hash = createHash('sha256');
    const objects = db.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name').all() as {
      readonly type: string;
      readonly name: string;
      readonly tbl_name: string;
      readonly sql: string | null;
    }[];
    for (const object of objects) {
      if (tool.books.test(object.tbl_name) || object.name.startsWith('sqlite_')) continue;
      hash.update(JSON.stringify(object));
      if (object.type !== 'table') continue;
      for (const row of db.prepare(`SELECT * FROM "${object.name}" ORDER BY rowid`).raw().iterate())
        hash.update(JSON.stringify(row));
    }
    return hash.digest('hex');
  });
}

export function read<T>(site: Site, look: (db: Database.Database) => T): T {
  const db = new Database(site.database);
  try {
    return look(db);
  } finally {
    db.close();
  }
}
