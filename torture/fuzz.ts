/**
 * Bad input: what Drydock reads is bent at random, and what reads it must give a value or one plain sentence. A seed
 * that finds something is printed, and becomes a test.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { loadConfig } from '../src/config/config.ts';
import { DrydockError } from '../src/errors.ts';
import { layoutFor } from '../src/files/layout.ts';
import { listRunRecords } from '../src/records/store.ts';
import { parseModuleRevision } from '../src/revisions/files/module-file.ts';
import { parseSqlRevision } from '../src/revisions/files/sql-file.ts';
import { buildGraph } from '../src/revisions/graph/graph.ts';
import { readJournal } from '../src/run/journal.ts';
import { readCatalog } from '../src/snapshots/catalog.ts';
import { bundledMigrations, createDatabase, productionDatabase, projectRoot } from '../test/harness/files.ts';
import { must } from './broken.ts';
import { randomFrom } from './random.ts';
import { runCommand } from './runs.ts';

export interface Fuzzer {
  readonly name: string;
  /** @throws {Broken} where the input of this seed is not answered as it must be. */
  readonly attack: (seed: number) => Promise<void>;
  readonly seeds: number;
}

const pieces = [
  '',
  '\0',
  '"',
  "'",
  '--',
  '/*',
  '*/',
  ';',
  '\n',
  '\r\n',
  '\ufeff',
  '`',
  '${',
  '{',
  '}',
  ':',
  '- ',
  '\u2028',
  '💥',
  '-- migrate:up',
  '-- revision: ',
  'null',
  '1e999',
  '\\',
];

/** Bytes taken out, put in, doubled and changed. */
function bend(text: string, chance: () => number): string {
  let bent = text;
  for (let times = 1 + Math.floor(chance() * 4); times > 0; times -= 1) {
    const at = Math.floor(chance() * (bent.length + 1));
    const length = Math.floor(chance() * chance() * 60);
    const how = chance();
    const piece = pieces[Math.floor(chance() * pieces.length)] ?? '';
    if (how < 0.3) bent = bent.slice(0, at) + bent.slice(at + length);
    else if (how < 0.6) bent = bent.slice(0, at) + piece + bent.slice(at);
    else if (how < 0.8) bent = bent.slice(0, at) + bent.slice(at, at + length).repeat(3) + bent.slice(at + length);
    else bent = `${bent.slice(0, at)}${String.fromCharCode(Math.floor(chance() * 256))}${bent.slice(at + 1)}`;
  }
  return bent;
}

/** Whatever the input: a value, or a DrydockError whose sentence is one. */
async function answered(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch (error) {
    must(error instanceof DrydockError, `it threw ${error instanceof Error ? error.stack : String(error)}`);
    must(/\S/.test(error.what) && !error.message.includes('\n'), `its sentence is ${JSON.stringify(error.message)}`);
    must(!/undefined|\[object|Unexpected:/.test(error.message), `its sentence is ${JSON.stringify(error.message)}`);
  }
}

function inFolder(work: (folder: string, chance: () => number) => Promise<void>): Fuzzer['attack'] {
  return async (seed) => {
    const folder = mkdtempSync(join(process.env['TORTURE_FOLDER'] ?? tmpdir(), 'drydock-fuzz-'));
    try {
      await work(folder, randomFrom(`fuzz ${seed}`));
    } finally {
      rmSync(folder, { recursive: true });
    }
  };
}

const sqlText = readFileSync(join(bundledMigrations, '007_entity_tracking.sql'), 'utf8');
const moduleText = readFileSync(join(bundledMigrations, '005_ingest_source.ts'), 'utf8');
const configText = readFileSync(join(projectRoot, 'config/drydock.yaml'), 'utf8');

const texts: readonly Fuzzer[] = [
  {
    name: 'a revision in SQL',
    seeds: 20_000,
    attack: (seed) => answered(() => parseSqlRevision(bend(sqlText, randomFrom(`sql ${seed}`)), '/m/007.sql')),
  },
  {
    name: 'the header of a revision in TypeScript',
    seeds: 20_000,
    attack: (seed) => answered(() => parseModuleRevision(bend(moduleText, randomFrom(`ts ${seed}`)), '/m/005.ts')),
  },
  {
    name: 'revisions that refer to each other at random',
    seeds: 5_000,
    attack: (seed) => answered(() => buildGraph(randomRevisions(randomFrom(`graph ${seed}`)))),
  },
  {
    name: 'the config',
    seeds: 3_000,
    attack: inFolder(async (folder, chance) => {
      const windows =
        'windows:\n  - name: nightly\n    cron: 0 4 * * *\n    tasks: [upgrade, prune]\n    duration: 1h\n';
      const extra = 'snapshots:\n  keep: 5\n  max_age: 30d\nlock_timeout: 5m\n';
      writeFileSync(join(folder, 'drydock.yaml'), bend(configText + extra + windows, chance));
      await answered(() => loadConfig({ cwd: folder, env: {}, flags: { config: 'drydock.yaml' } }));
    }),
  },
];

function randomRevisions(chance: () => number) {
  const id = () => `r${Math.floor(chance() * 9)}`;
  const some = () => Array.from({ length: Math.floor(chance() * 3) }, id);
  return Array.from({ length: Math.floor(chance() * 9) }, (_, index) => {
    const own = chance() < 0.8 ? `r${index}` : id();
    const header = [
      `-- revision: ${own}`,
      ...some()
        .map((one) => `-- revises: ${one}`)
        .slice(0, 1),
    ];
    const more = [
      ...some()
        .map((one) => `-- depends-on: ${one}`)
        .slice(0, 1),
      ...some()
        .map((one) => `-- branch-labels: ${one}`)
        .slice(0, 1),
    ];
    return parseSqlRevision([...header, ...more, '-- migrate:up', 'SELECT 1;', ''].join('\n'), `/m/${index}.sql`);
  });
}

/** A run that died, a snapshot with its manifest, and the record of a run, each in its file, one of which is bent. */
const sidecars: Fuzzer = {
  name: 'the run journal, a manifest, the record of a run',
  seeds: 2_000,
  attack: inFolder(async (folder, chance) => {
    const database = createDatabase(join(folder, 'app.db'), 'delete', 'CREATE TABLE t (a)');
    const layout = layoutFor({ database });
    mkdirSync(layout.runs, { recursive: true });
    mkdirSync(layout.snapshots);
    const id = '20261122T202646302Z-252899e8';
    const manifest = {
      format: 1,
      id,
      database,
      reason: 'upgrade',
      runId: '252899e8-27a9-4d54-a44a-c8032db2f32c',
      revision: ['002'],
      createdAt: '2026-11-22T20:26:46.602Z',
      journalMode: 'delete',
      toolVersion: '0.1.0',
      sha256: 'a'.repeat(64),
      contentSha256: 'b'.repeat(64),
      bytes: 8192,
      pageCount: 2,
      pageSize: 4096,
      integrity: 'ok',
      sqliteVersion: '3.54.1',
    };
    const journal = {
      format: 1,
      runId: manifest.runId,
      command: 'upgrade',
      phase: 'committed',
      startedAt: manifest.createdAt,
      toolVersion: '0.1.0',
      from: ['001'],
      to: ['002'],
      snapshot: id,
      committedFile: { inode: '1', bytes: '2', mtimeNs: '3', walBytes: '0' },
      restoring: null,
      exchanging: null,
    };
    writeFileSync(layout.runJournal, bend(JSON.stringify(journal, null, 2), chance));
    cpSync(database, join(layout.snapshots, `${id}.db`));
    writeFileSync(join(layout.snapshots, `${id}.json`), bend(JSON.stringify(manifest, null, 2), chance));
    writeFileSync(join(layout.runs, `${id}.json`), bend(JSON.stringify({ ...manifest, command: 'upgrade' }), chance));
    await answered(() => readJournal(layout.runJournal));
    await answered(() => readCatalog(layout));
    await answered(() => listRunRecords(layout, 10));
  }),
};

const documented = [0, 1, 2, 3, 4, 10, 11, 12, 13, 20, 21, 22, 23, 24, 30];

/** What Drydock and Alembic write into the database themselves, with anything in it. */
const bookkeeping: Fuzzer = {
  name: 'alembic_version and drydock_history',
  seeds: 60,
  attack: inFolder(async (folder, chance) => {
    const database = productionDatabase(folder, 'delete');
    mustAnswer(await upgrade(folder, database));
    const db = new Database(database);
    const values = [
      "''",
      'NULL',
      "x'00ff'",
      '7',
      "'003_engagement_score'",
      "'a' || char(0) || 'b'",
      "'💥'",
      'zeroblob(100000)',
      "'002_weighted_sentiment'",
    ];
    const value = () => values[Math.floor(chance() * values.length)];
    const statements = [
      `UPDATE alembic_version SET version_num = ${value()}`,
      `INSERT INTO alembic_version VALUES (${value()})`,
      `DELETE FROM alembic_version`,
      `UPDATE drydock_history SET revision = ${value()}, result = ${value()}`,
      `UPDATE drydock_history SET checksum = ${value()} WHERE id % 2`,
      'DROP TABLE drydock_history',
      'ALTER TABLE alembic_version RENAME TO other; CREATE VIEW alembic_version AS SELECT 1 AS version_num',
      'DROP TABLE drydock_history; CREATE TABLE drydock_history (x)',
    ];
    for (let times = 1 + Math.floor(chance() * 2); times > 0; times -= 1) {
      try {
        db.exec(statements[Math.floor(chance() * statements.length)] ?? '');
      } catch (error) {
        // The tables refuse some of it.
        if (!(error instanceof Database.SqliteError)) throw error;
      }
    }
    db.close();
    await lookAtAll(folder, database);
  }),
};

/** One to three bits or bytes of a page of each type: schema, table and index, interior and leaf, overflow, free list. */
const flips: Fuzzer = {
  name: 'flipped bits in the database and its snapshots',
  seeds: 120,
  attack: inFolder(async (folder, chance) => {
    const database = productionDatabase(folder, chance() < 0.5 ? 'delete' : 'wal');
    const db = new Database(database);
    db.exec(
      "CREATE TABLE gone (a); INSERT INTO gone VALUES (zeroblob(40000)); DROP TABLE gone; CREATE TABLE long (a); INSERT INTO long VALUES (printf('%.*c', 30000, 'x'))",
    );
    db.pragma('wal_checkpoint(TRUNCATE)');
    db.close();
    flip(database, chance, seedPage(chance));
    await lookAtAll(folder, database);
  }),
};

/** The head of the first page now and then; any page else. */
function seedPage(chance: () => number): 'header' | 'any' {
  return chance() < 0.2 ? 'header' : 'any';
}

function flip(path: string, chance: () => number, where: 'header' | 'any'): void {
  const bytes = readFileSync(path);
  for (let times = 1 + Math.floor(chance() * 3); times > 0; times -= 1) {
    const page = Math.floor(chance() * (bytes.length / 4096)) * 4096;
    // The head of a page, and its cells, more often than what is between.
    const within = chance() < 0.5 ? Math.floor(chance() * 24) : Math.floor(chance() * 4096);
    const at = where === 'header' ? Math.floor(chance() * 100) : page + within;
    bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(chance() * 8));
  }
  writeFileSync(path, bytes);
}

function upgrade(folder: string, database: string, ...flags: readonly string[]) {
  return runCommand(folder, ['upgrade', '--database', database, '--migrations', bundledMigrations, ...flags]);
}

/** Each verb that reads leaves the file as it is to the byte; an upgrade does where it does not end with 0. */
async function lookAtAll(folder: string, database: string): Promise<void> {
  const common = ['--database', database, '--migrations', bundledMigrations];
  const before = readFileSync(database);
  for (const verb of [['current'], ['history', '-i'], ['verify'], ['check'], ['doctor'], ['plan'], ['stats']]) {
    mustAnswer(await runCommand(folder, [...verb, ...common]), verb.join(' '));
    must(readFileSync(database).equals(before), `${verb.join(' ')} wrote to the database`);
  }
  const ended = await upgrade(folder, database);
  mustAnswer(ended, 'upgrade');
  if (ended.code === 13 || ended.code === 4 || ended.code === 2)
    must(readFileSync(database).equals(before), `upgrade ended with ${ended.code} and wrote to the database`);
}

function mustAnswer({ code, signal, stderr }: Awaited<ReturnType<typeof runCommand>>, verb = 'upgrade'): void {
  const line = stderr.trimEnd().split('\n').at(-1) ?? '';
  must(code !== null && documented.includes(code), `${verb} ended with ${code ?? signal}: ${line}`);
  must(code !== 1, `${verb} ended with 1: ${line}`);
  must(!/^\s+at .*:\d+:\d+/m.test(stderr), `${verb} printed a stack: ${stderr}`);
}

export const fuzzers: readonly Fuzzer[] = [...texts, sidecars, bookkeeping, flips];
