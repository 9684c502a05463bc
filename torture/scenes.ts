/** What is attacked: a database with revisions, a command, and what it makes of the database where nobody disturbs it. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createDatabase, type JournalMode, revisionFolder, sqlRevision } from '../test/harness/files.ts';
import { type Ended, runCommand } from './runs.ts';
import { type Effect, readTrace } from './trace.ts';

export interface Scene {
  readonly name: string;
  /** Sets the stage in an empty folder. */
  readonly prepare: (root: string, mode: JournalMode) => Promise<void>;
  readonly command: (root: string) => readonly string[];
  /** The command that finishes an interrupted run; the same one again where it is left out. */
  readonly next?: readonly string[];
  /** What the database may be in the end: a restore that had not begun is not finished. */
  readonly endsAt: 'new' | 'old or new';
}

export function databaseOf(root: string): string {
  return join(root, 'data', 'app.db');
}

const tables = `
  CREATE TABLE posts (id INTEGER PRIMARY KEY, title TEXT NOT NULL);
  CREATE TABLE comments (
    comment_id INTEGER NOT NULL PRIMARY KEY, post_id INTEGER REFERENCES posts (id) ON DELETE CASCADE,
    body TEXT, likes TEXT
  );
  CREATE INDEX comments_post ON comments (post_id);
  CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
  INSERT INTO alembic_version VALUES ('001');
  WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 20)
    INSERT INTO posts SELECT i, 'post ' || i FROM n;
  WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 80)
    INSERT INTO comments SELECT i, 1 + i % 20, 'a comment of some length, number ' || i, i % 7 FROM n;
`;

const base = { '001.sql': sqlRevision('001', undefined, 'SELECT 1;', 'SELECT 1;') };

/** A column added, filled and indexed; a table rebuilt by a module. */
const ordinary = {
  ...base,
  '002.sql': sqlRevision(
    '002',
    '001',
    `ALTER TABLE comments ADD COLUMN score FLOAT;
     UPDATE comments SET score = length(body) / 10.0;
     CREATE INDEX comments_score ON comments (score);`,
    `DROP INDEX comments_score;
     ALTER TABLE comments DROP COLUMN score;`,
  ),
  '003.ts': `export const revision = '003';
export const revises = '002';
export function upgrade(op) {
  op.alterColumn('comments', 'likes', { type: 'INTEGER', using: 'CAST(likes AS INTEGER)' });
}
export function downgrade(op) {
  op.alterColumn('comments', 'likes', { type: 'TEXT', using: 'CAST(likes AS TEXT)' });
}
`,
};

const vacuum = { ...base, '002.sql': sqlRevision('002', '001', 'VACUUM;', 'VACUUM;', '-- transaction: false') };

const onWorkingCopy = {
  ...base,
  '002.sql': sqlRevision(
    '002',
    '001',
    "CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT);\nUPDATE comments SET body = 'x' || body;\nPRAGMA user_version = 7;",
    'DROP TABLE tags;',
    '-- transaction: false',
  ),
};

function stage(revisions: Readonly<Record<string, string>>): Scene['prepare'] {
  return async (root, mode) => {
    mkdirSync(join(root, 'data'), { recursive: true });
    revisionFolder(root, revisions);
    writeFileSync(join(root, 'drydock.yaml'), 'database: data/app.db\nmigrations: migrations\nlock_timeout: 20s\n');
    createDatabase(databaseOf(root), mode, tables);
  };
}

const config = ['--config', 'drydock.yaml'];
const verb = (...words: readonly string[]) => [...words, ...config];

async function upgraded(root: string, mode: JournalMode): Promise<void> {
  await stage(ordinary)(root, mode);
  mustEnd(await runCommand(root, verb('upgrade')));
}

/** SQLite cannot open it: the snapshot takes its place, and it is kept aside. */
async function destroyed(root: string, mode: JournalMode): Promise<void> {
  await upgraded(root, mode);
  writeFileSync(databaseOf(root), 'nothing of a database is left\n'.repeat(200));
}

/** Sets a stage on which a command was killed when its run journal said this. */
function killedWhile(phase: string, before: Scene['prepare'], command: Scene['command']): Scene['prepare'] {
  return async (root, mode) => {
    await before(root, mode);
    const template = `${root}.template`;
    cpSync(root, template, { recursive: true });
    const log = `${root}.log`;
    mustEnd(await runCommand(root, command(root), { log }));
    const announced = callThatAnnounces(phase, readTrace(log));
    rmSync(log);
    // The processes of a run do not take the same turns each time: the call may be some before or behind.
    for (const distance of Array.from({ length: 120 }, (_, n) => (n % 2 === 0 ? 1 + n / 2 : -(n - 1) / 2))) {
      const at = announced + distance;
      if (at < 1) continue;
      rmSync(root, { recursive: true });
      cpSync(template, root, { recursive: true });
      const { signal } = await runCommand(root, command(root), { fault: { at, action: { kind: 'kill-all' } } });
      if (signal !== 'SIGKILL' || journalPhase(root) !== phase) continue;
      rmSync(template, { recursive: true });
      return;
    }
    throw new Error(`no kill left a journal that says ${phase}`);
  };
}

/** The call, counted from 1, that gave a journal its name which says this. */
function callThatAnnounces(phase: string, effects: readonly Effect[]): number {
  let written = '';
  const index = effects.findIndex((effect) => {
    if (effect.kind === 'write' && effect.path.endsWith('/run.json.tmp')) written = effect.data.toString();
    const isNamed = effect.kind === 'rename' && effect.to.endsWith('/run.json');
    return isNamed && written.includes(`"phase": "${phase}"`);
  });
  if (index < 0) throw new Error(`no journal of the command says ${phase}`);
  return index + 1;
}

export function journalPhase(root: string): string | undefined {
  const path = `${databaseOf(root)}.drydock/run.json`;
  if (!existsSync(path)) return undefined;
  return String((JSON.parse(readFileSync(path, 'utf8')) as { phase: unknown }).phase);
}

function newestSnapshot(root: string): string {
  const ids = readdirSync(`${databaseOf(root)}.snapshots`)
    .filter((name) => name.endsWith('.json'))
    .sort();
  const [id] = ids;
  if (id === undefined) throw new Error('there is no snapshot');
  return id.replace(/\.json$/, '');
}

export function mustEnd(ended: Ended): void {
  if (ended.code !== 0) throw new Error(`it ended with ${ended.code ?? ended.signal}: ${ended.stderr}`);
}

const restore = (root: string) => verb('snapshot', 'restore', newestSnapshot(root), '--yes');
const prune = verb('snapshot', 'prune');

export const scenes: readonly Scene[] = [
  { name: 'upgrade', prepare: stage(ordinary), command: () => verb('upgrade'), endsAt: 'new' },
  { name: 'downgrade', prepare: upgraded, command: () => verb('downgrade', '001', '--yes'), endsAt: 'new' },
  { name: 'vacuum without a transaction', prepare: stage(vacuum), command: () => verb('upgrade'), endsAt: 'new' },
  {
    name: 'content without a transaction',
    prepare: stage(onWorkingCopy),
    command: () => verb('upgrade'),
    endsAt: 'new',
  },
  { name: 'restore', prepare: upgraded, command: restore, next: prune, endsAt: 'old or new' },
  { name: 'exchange of a destroyed file', prepare: destroyed, command: restore, endsAt: 'new' },
  ...['working', 'committing', 'committed'].map(
    (phase): Scene => ({
      name: `recovery of an upgrade that was ${phase}`,
      prepare: killedWhile(phase, stage(ordinary), () => verb('upgrade')),
      command: () => verb('upgrade'),
      endsAt: 'new',
    }),
  ),
  {
    name: 'recovery of a restore',
    prepare: killedWhile('restoring', upgraded, restore),
    command: () => prune,
    endsAt: 'new',
  },
];
