/**
 * Random programs: a history of revisions and a sequence of commands, deaths and writes are drawn from a seed. Beside the
 * database runs a model of it, on which the same SQL is run by hand; after each command the two are compared.
 */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { layoutFor } from '../src/files/layout.ts';
import { listSnapshots } from '../src/snapshots/catalog.ts';
import { dump, dumpWithVersion, integrity, versions } from '../test/harness/dump.ts';
import { createDatabase, type JournalMode, revisionFolder, sqlRevision } from '../test/harness/files.ts';
import { execute } from '../test/harness/scene.ts';
import { must } from './broken.ts';
import { requireTold } from './crash.ts';
import { randomFrom } from './random.ts';
import { type Ended, runCommand } from './runs.ts';
import { stageFolder } from './stage.ts';

interface Step {
  readonly id: string;
  readonly up: string;
  readonly down: string;
  /** Outside a transaction, where it changes no content. */
  readonly vacuum: boolean;
  /** What its last statement is: one that fails. */
  readonly fails: boolean;
}

const start = `
  CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER);
  WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 60) INSERT INTO t SELECT i, 'row ' || i, i % 5 FROM n;
  CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
`;

function drawSteps(chance: () => number): Step[] {
  const count = 3 + Math.floor(chance() * 6);
  return Array.from({ length: count }, (_, index) => {
    const k = index + 1;
    const kinds: readonly (readonly [up: string, down: string])[] = [
      [
        `CREATE TABLE t${k} (id INTEGER PRIMARY KEY, x TEXT NOT NULL);\nINSERT INTO t${k} (x) SELECT a FROM t;`,
        `-- expect: rows t${k} dropped\nDROP TABLE t${k};`,
      ],
      [`ALTER TABLE t ADD COLUMN c${k} TEXT DEFAULT 'c${k}';`, `ALTER TABLE t DROP COLUMN c${k};`],
      [`UPDATE t SET b = b + ${k};`, `UPDATE t SET b = b - ${k};`],
      [`CREATE INDEX i${k} ON t (b, a DESC);`, `DROP INDEX i${k};`],
      [
        `INSERT INTO t (id, a, b) VALUES (${1000 + k}, 'from ${k}', 0);`,
        `-- expect: rows t -1\nDELETE FROM t WHERE id = ${1000 + k};`,
      ],
      [
        `CREATE TRIGGER g${k} AFTER INSERT ON t BEGIN UPDATE t SET b = ${k} WHERE id = new.id; END;`,
        `DROP TRIGGER g${k};`,
      ],
    ];
    const [up, down] = kinds[Math.floor(chance() * kinds.length)] ?? ['', ''];
    const vacuum = chance() < 0.12;
    return {
      id: `r${k}`,
      up: vacuum ? 'VACUUM;' : up,
      down: vacuum ? 'VACUUM;' : down,
      vacuum,
      fails: !vacuum && chance() < 0.12,
    };
  });
}

/** What the database must be: its content, made with the same SQL by hand, and how far it is. */
interface Model {
  /** A database file of its own. */
  readonly path: string;
  readonly steps: readonly Step[];
  at: number;
}

/** @throws {Broken} naming the promise, with the program so far. @returns How many commands it had. */
export async function playProgram(seed: number, mode: JournalMode): Promise<number> {
  const root = realpathSync(mkdtempSync(join(stageFolder, 'drydock-program-')));
  try {
    return await inFolder(root, seed, mode);
  } finally {
    rmSync(root, { recursive: true });
  }
}

async function inFolder(root: string, seed: number, mode: JournalMode): Promise<number> {
  const chance = randomFrom(`program ${seed}`);
  const steps = drawSteps(chance);
  mkdirSync(join(root, 'data'));
  const database = createDatabase(join(root, 'data', 'app.db'), mode, start);
  const model: Model = { path: createDatabase(join(root, 'model.db'), 'delete', start), steps, at: 0 };
  writeFileSync(join(root, 'drydock.yaml'), 'database: data/app.db\nmigrations: migrations\n');
  revisionFolder(
    root,
    Object.fromEntries(
      steps.map(({ id, up, down, vacuum, fails }, index) => [
        `${id}.sql`,
        sqlRevision(
          id,
          steps[index - 1]?.id,
          fails ? `${up}\nINSERT INTO nowhere VALUES (1);` : up,
          down,
          vacuum ? '-- transaction: false' : '',
        ),
      ]),
    ),
  );
  const kept: { readonly content: string; readonly at: number }[] = [];
  const told: string[] = [];
  const count = 5 + Math.floor(chance() * 6);
  for (let turn = 0; turn < count; turn += 1) {
    const draw = chance();
    try {
      if (draw < 0.12) write(database, model, 5000 + turn, told);
      else if (draw < 0.62) await move(root, database, model, 'upgrade', chance, told);
      else if (draw < 0.85) await move(root, database, model, 'downgrade', chance, told);
      else await takeAndRestore(root, database, model, chance, kept, told);
      must(integrity(database) === 'ok', 'the file is damaged');
    } catch (error) {
      if (error instanceof Error) error.message = `${told.join(' | ')}: ${error.message}`;
      throw error;
    }
  }
  return count;
}

/** Another program commits a row: it must never vanish. */
function write(database: string, model: Model, id: number, told: string[]): void {
  told.push(`write ${id}`);
  for (const path of [database, model.path]) execute(path, `INSERT INTO t (id, a, b) VALUES (${id}, 'written', 0)`);
}

async function move(
  root: string,
  database: string,
  model: Model,
  direction: 'upgrade' | 'downgrade',
  chance: () => number,
  told: string[],
): Promise<void> {
  const { steps } = model;
  const furthest = direction === 'upgrade' ? steps.length - model.at : model.at;
  if (furthest === 0) return;
  const by = 1 + Math.floor(chance() * furthest);
  const target = direction === 'upgrade' ? `+${by}` : `-${by}`;
  const args = [direction, target, ...(direction === 'downgrade' ? ['--yes'] : []), '--config', 'drydock.yaml'];
  const dies = chance() < 0.4;
  const fault = dies ? ({ at: 1 + Math.floor(chance() * 130), action: { kind: 'kill-all' } } as const) : undefined;
  told.push(`${args.slice(0, 2).join(' ')}${fault === undefined ? '' : `, killed at call ${fault.at}`}`);

  const path = steps.slice(
    direction === 'upgrade' ? model.at : model.at - by,
    direction === 'upgrade' ? model.at + by : model.at,
  );
  const failing = direction === 'upgrade' && path.some(({ fails }) => fails);
  const ended = await runCommand(root, args, fault === undefined ? {} : { fault });
  if (ended.signal === 'SIGKILL') await recoverAndFollow(root, database, model, direction, by, told);
  else if (failing) {
    must(ended.code === 20, `it ended with ${ended.code}, and a revision fails: ${ended.stderr}`);
    requireTold(ended);
  } else {
    must(ended.code === 0, `it ended with ${ended.code}: ${ended.stderr}`);
    follow(model, direction, by);
  }
  compare(database, model);
}

/** All or nothing: the next start says where the database is, and there it is wholly. */
async function recoverAndFollow(
  root: string,
  database: string,
  model: Model,
  direction: 'upgrade' | 'downgrade',
  by: number,
  told: string[],
): Promise<void> {
  const next = await runCommand(root, ['snapshot', 'prune', '--config', 'drydock.yaml']);
  must(next.code === 0, `the next start ended with ${next.code}: ${next.stderr}`);
  const reached = direction === 'upgrade' ? model.at + by : model.at - by;
  const [version] = versions(database);
  const at = version === undefined ? 0 : Number(version.slice(1));
  told.push(`now at ${at}`);
  // What runs after the commit, because it needs no transaction, may be left for the next upgrade.
  const onlyVacuum = model.steps.slice(Math.min(at, reached), Math.max(at, reached)).every(({ vacuum }) => vacuum);
  must(
    at === model.at || at === reached || onlyVacuum,
    `all or nothing: it was at ${model.at}, goes to ${reached}, and is at ${at}`,
  );
  if (at !== model.at) follow(model, direction, Math.abs(at - model.at));
}

function follow(model: Model, direction: 'upgrade' | 'downgrade', by: number): void {
  for (let times = 0; times < by; times += 1) {
    const step = model.steps[direction === 'upgrade' ? model.at : model.at - 1];
    must(step !== undefined, 'the model has no such revision');
    if (!step.vacuum) execute(model.path, direction === 'upgrade' ? step.up : step.down);
    model.at += direction === 'upgrade' ? 1 : -1;
  }
}

/** A snapshot taken, and then or later put back: the content is what it was, to the row. */
async function takeAndRestore(
  root: string,
  database: string,
  model: Model,
  chance: () => number,
  kept: { readonly content: string; readonly at: number }[],
  told: string[],
): Promise<void> {
  const config = ['--config', 'drydock.yaml'];
  if (chance() < 0.5 || kept.length === 0) {
    told.push('snapshot');
    const taken = await runCommand(root, ['snapshot', 'create', '--json', ...config]);
    must(taken.code === 0, `it ended with ${taken.code}: ${taken.stderr}`);
    const { snapshot } = JSON.parse(taken.stdout) as { snapshot: { id: string } };
    kept.push({ content: dump(database), at: model.at });
    told.push(snapshot.id);
    const restored = await runCommand(root, ['snapshot', 'restore', snapshot.id, '--yes', ...config]);
    must(restored.code === 0, `the restore ended with ${restored.code}: ${restored.stderr}`);
  } else {
    told.push('snapshot restore, killed, and again');
    const fault = { at: 1 + Math.floor(chance() * 120), action: { kind: 'kill-all' } } as const;
    const before = dumpWithVersion(database);
    const ended: Ended = await runCommand(root, ['snapshot', 'restore', 'latest', '--yes', ...config], { fault });
    must(ended.signal === 'SIGKILL' || ended.code === 0, `it ended with ${ended.code}: ${ended.stderr}`);
    const next = await runCommand(root, ['snapshot', 'prune', ...config]);
    must(next.code === 0, `the next start ended with ${next.code}: ${next.stderr}`);
    // Back to where the model is: what a restore replaced is a snapshot, and never the latest.
    if (dumpWithVersion(database) !== before) {
      const replaced = listSnapshots(layoutFor({ database })).findLast(({ path }) => dumpWithVersion(path) === before);
      must(replaced !== undefined, 'a proven way back: no snapshot has what a restore replaced');
      const again = await runCommand(root, ['snapshot', 'restore', replaced.manifest.id, '--yes', ...config]);
      must(again.code === 0, `what was replaced could not be put back: ${again.stderr}`);
    }
    must(dumpWithVersion(database) === before, 'a proven way back: what a restore replaced is not what it was');
  }
  compare(database, model);
}

function compare(database: string, model: Model): void {
  const [version] = versions(database);
  const at = version === undefined ? 0 : Number(version.slice(1));
  must(at === model.at, `it is at ${at}, and the model at ${model.at}`);
  must(dump(database) === dump(model.path), 'the content is not that of the model');
}
