/** A volume with the database of production in it, and the revisions that are deployed for it. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { dumpWithVersion } from '../harness/dump.ts';
import { bundledMigrations, type JournalMode, productionDatabase, sqlRevision, testFolder } from '../harness/files.ts';

/** Who the image's processes are. */
export const user = 1000;

/** A statement that never ends. */
export const endless = 'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n;';

export interface Place {
  readonly data: string;
  readonly database: string;
  readonly migrations: string;
  /** Everything in the database but Drydock's history. */
  content(): string;
  /** Adds a revision after 007, or takes the place of the one that was added before. */
  deploy(id: string, up: string): void;
  deployModule(id: string, upgrade: string): void;
}

/** @param mount Mounts something over the folder of the data, which is still empty. */
export function place(t: TestContext, mode: JournalMode, mount?: (data: string) => void): Place {
  // Before the hook that removes the folder.
  if (mount !== undefined) t.after(() => execFileSync('umount', ['--lazy', data]));
  const root = testFolder(t);
  const data = join(root, 'data');
  const migrations = join(root, 'migrations');
  mkdirSync(data);
  mount?.(data);
  cpSync(bundledMigrations, migrations, { recursive: true });
  const database = productionDatabase(data, mode);
  execFileSync('chown', ['-R', `${user}:${user}`, data]);
  const write = (id: string, extension: string, text: string) => {
    for (const name of readdirSync(migrations)) if (name.startsWith('008_')) rmSync(join(migrations, name));
    writeFileSync(join(migrations, `${id}.${extension}`), text);
  };
  return {
    data,
    database,
    migrations,
    content: () => dumpWithVersion(database),
    deploy: (id, up) => write(id, 'sql', sqlRevision(id, '007_entity_tracking', up)),
    deployModule: (id, upgrade) =>
      write(
        id,
        'ts',
        `export const revision = '${id}';
export const revises = '007_entity_tracking';
export function upgrade(op) { ${upgrade} }
export function downgrade() {}
`,
      ),
  };
}

/** Memory that is full after so many bytes. */
export const smallVolume = (bytes: number) => (data: string) =>
  void execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', data]);
