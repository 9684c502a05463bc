/** Every command that a message hands out, pasted as it was printed in the situation in which it was printed. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  appendFileSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { commandsIn, follow, isMadeFrom, saidBy } from '../harness/advice.ts';
import { breakSchema, cutToBytes, flipBit, replaceByText } from '../harness/damage.ts';
import { startDrydock } from '../harness/drydock.ts';
import { createDatabase, sqlRevision } from '../harness/files.ts';
import { dieAtFileCall, killAt, rootPage, rotPage } from '../harness/kill.ts';
import { itemsRevisions, itemsSql, listed, type Place, type PlaceOptions, place } from '../harness/place.ts';
import type { Part } from '../harness/scene.ts';
import { otherProcess } from '../harness/writer.ts';

interface Situation extends PlaceOptions {
  readonly what: string;
  /** `file: command` for each that this message hands out, as test/house/advice.test.ts has them. */
  readonly covers: readonly string[];
  /** Makes what the options cannot. */
  readonly prepare?: (here: Place, t: TestContext) => unknown;
  readonly args: readonly string[] | ((here: Place) => Promise<readonly string[]>);
  readonly code: number;
  /** Without a config everything is named by flags; `config` leaves it to config/drydock.yaml. */
  readonly by?: 'config';
  /** What the reader puts in the place of `<id>` and its like. */
  readonly fill?: (here: Place) => Promise<Readonly<Record<string, string>>>;
  /** What the message says to do before its commands. */
  readonly first?: (here: Place) => unknown;
  /** How its commands end, if it is not with 0: they say more, and then the same. */
  readonly ends?: number;
  /** The commands are alternatives, each of them for a place of its own. */
  readonly alternatives?: true;
  /** What is promised to be so after them. */
  readonly promised?: (here: Place) => unknown;
  readonly needs?: 'root';
  readonly part?: Part;
}

const flags = ['--database', 'data/app.db', '--migrations', 'migrations'];

const ok = async (here: Place, ...args: readonly string[]) => {
  const result = await here.run([...args, ...flags]);
  assert.equal(result.code, 0, `${args.join(' ')}: ${result.stderr}${result.stdout}`);
};
const sound = (here: Place) => ok(here, 'verify');
const at = (revision: string) => async (here: Place) => {
  const { current } = (await here.run(['current', '--json', ...flags])).json<{
    current: { id: string }[] | string[];
  }>();
  assert.match(JSON.stringify(current), new RegExp(revision));
};
const change = (here: Place, sql: string) => {
  const db = new Database(here.database);
  db.exec(sql);
  db.close();
};
const newest = async (here: Place) => (await listed(here)).at(-1)?.id ?? '';
const byId = async (here: Place) => ({ '<id>': (await listed(here))[0]?.id ?? '' });
const snapshot = (here: Place) => ok(here, 'snapshot', 'create');
const upgrade = (here: Place) => ok(here, 'upgrade');
const emptied = async (here: Place) => {
  await upgrade(here);
  truncateSync(here.database);
};
const module = (id: string, revises: string, up: string, down = '') =>
  `export const revision = '${id}'; export const revises = '${revises}';
export function upgrade(op) { ${up} }
export function downgrade(op) { ${down} }`;
const twoHeads = {
  ...itemsRevisions,
  '003_b.sql': sqlRevision('003_b', '001_items', 'CREATE TABLE b (x);', 'DROP TABLE b;'),
};
const unknown = 'CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL); INSERT INTO alembic_version VALUES';

const situations: readonly Situation[] = [
  {
    what: 'an upgrade that is done',
    covers: ['report/run-report.ts: drydock snapshot restore …'],
    args: ['upgrade'],
    code: 0,
    promised: at('001_items'),
  },
  {
    what: 'snapshots that are well',
    covers: ['doctor/snapshot-probe.ts: drydock snapshot verify latest'],
    prepare: snapshot,
    args: ['doctor'],
    code: 0,
  },
  {
    what: 'the lock of a run that died',
    covers: ['doctor/run-probes.ts: drydock unlock'],
    prepare: ({ database }) => {
      mkdirSync(`${database}.lock`);
      utimesSync(`${database}.lock`, 0, 0);
    },
    args: ['doctor'],
    code: 0,
    promised: ({ data }) => assert.ok(!readdirSync(data).includes('app.db.lock')),
  },
  {
    what: 'an older copy in the place of the database',
    covers: ['doctor/content.ts: drydock snapshot list'],
    prepare: async (here) => {
      await ok(here, 'upgrade');
      await ok(here, 'downgrade', '-1', '--yes');
      copyFileSync(join(here.snapshots, `${await newest(here)}.db`), here.database);
    },
    args: ['doctor'],
    code: 0,
  },
  {
    what: 'a transaction that a killed writer left, to doctor',
    covers: ['doctor/wal-and-journal.ts: drydock upgrade', 'files/database-reader.ts: drydock upgrade'],
    prepare: killedWriter,
    args: ['doctor'],
    code: 0,
    promised: sound,
  },
  {
    what: 'a run that is not recorded',
    covers: ['records/store.ts: drydock report --list'],
    args: ['report', 'zz'],
    code: 2,
  },
  {
    what: 'a snapshot whose file is gone',
    covers: ['snapshots/catalog.ts: drydock snapshot list'],
    prepare: async (here) => {
      await snapshot(here);
      rmSync(join(here.snapshots, `${await newest(here)}.db`));
    },
    args: async (here) => ['snapshot', 'verify', nameIn(here.snapshots)],
    code: 12,
  },
  {
    what: 'a manifest that cannot be parsed',
    covers: ['snapshots/manifest.ts: drydock snapshot list'],
    prepare: async (here) => {
      await snapshot(here);
      writeFileSync(join(here.snapshots, `${await newest(here)}.json`), '{');
    },
    args: async (here) => ['snapshot', 'verify', nameIn(here.snapshots)],
    code: 12,
  },
  {
    what: 'a mark of a new beginning that cannot be parsed',
    covers: ['snapshots/begun-anew.ts: drydock begin-anew'],
    prepare: async (here) => {
      await emptied(here);
      writeFileSync(join(`${here.database}.drydock`, 'begun-anew.json'), '{');
    },
    args: ['upgrade'],
    code: 12,
    first: ({ database }) => rmSync(join(`${database}.drydock`, 'begun-anew.json')),
    promised: upgrade,
  },
  {
    what: 'a snapshot without an id',
    covers: ['snapshots/find-snapshot.ts: drydock snapshot list'],
    args: ['snapshot', 'restore', ''],
    code: 2,
  },
  {
    what: 'no snapshot at all',
    covers: ['snapshots/find-snapshot.ts: drydock snapshot create'],
    args: ['snapshot', 'restore', 'latest'],
    code: 2,
    promised: async (here) => assert.equal((await listed(here)).length, 1),
  },
  {
    what: 'a newest snapshot that cannot be used, and an older one',
    covers: ['snapshots/find-snapshot.ts: drydock snapshot restore …'],
    prepare: async (here) => {
      await snapshot(here);
      change(here, 'DELETE FROM items WHERE id = 1');
      await snapshot(here);
      truncateSync(join(here.snapshots, `${await newest(here)}.db`));
    },
    args: ['snapshot', 'restore', 'latest'],
    code: 12,
    promised: sound,
  },
  {
    what: 'an only snapshot that cannot be used',
    covers: ['snapshots/find-snapshot.ts: drydock snapshot list'],
    prepare: async (here) => {
      await snapshot(here);
      truncateSync(join(here.snapshots, `${await newest(here)}.db`));
    },
    args: ['snapshot', 'restore', 'latest'],
    code: 12,
  },
  {
    what: 'only what a restore put aside',
    covers: ['snapshots/find-snapshot.ts: drydock snapshot list'],
    prepare: async (here) => {
      await snapshot(here);
      change(here, 'DELETE FROM items WHERE id = 1');
      await ok(here, 'snapshot', 'restore', 'latest', '--yes');
      const manual = (await listed(here)).find(({ reason }) => reason === 'manual')?.id;
      for (const suffix of ['db', 'json']) rmSync(join(here.snapshots, `${manual}.${suffix}`));
    },
    args: ['snapshot', 'restore', 'latest'],
    code: 2,
  },
  {
    what: 'an id that no snapshot has',
    covers: ['snapshots/find-snapshot.ts: drydock snapshot list'],
    args: ['snapshot', 'restore', 'zz'],
    code: 2,
  },
  {
    what: 'a text in the place of the database, to a snapshot',
    covers: ['engine/live-file.ts: drydock snapshot list', 'engine/live-file.ts: drydock snapshot restore <id>'],
    prepare: async (here) => {
      await snapshot(here);
      replaceByText(here.database);
    },
    args: ['snapshot', 'create'],
    code: 13,
    fill: byId,
    promised: sound,
  },
  {
    what: 'tables that the first revision makes again',
    covers: ['engine/run-steps.ts: drydock stamp <revision>'],
    sql: itemsSql,
    args: ['upgrade', '--from-base'],
    code: 20,
    fill: async () => ({ '<revision>': '001_items' }),
    promised: upgrade,
  },
  {
    what: 'a plan',
    covers: ['report/preview-report.ts: drydock rehearse'],
    args: ['plan'],
    code: 0,
  },
  {
    what: 'a plan of what cannot be run in memory',
    covers: ['report/preview-report.ts: drydock rehearse'],
    revisions: {
      '001_items.sql': itemsRevisions['001_items.sql'] ?? '',
      '002.ts': module(
        '002',
        '001_items',
        "if (op.selectValue('SELECT count(*) FROM items') < 2) throw new Error('too few');",
      ),
    },
    args: ['plan'],
    code: 0,
  },
  {
    what: 'a new beginning of what is not empty',
    covers: ['api/begin-anew.ts: drydock plan'],
    args: ['begin-anew', '--yes'],
    code: 2,
  },
  {
    what: 'an address of no revision',
    covers: ['api/revisions.ts: drydock history'],
    args: ['show', 'base'],
    code: 2,
  },
  {
    what: 'no editor',
    covers: ['api/edit.ts: EDITOR=vi drydock edit …', 'api/edit.ts: drydock show …'],
    args: ['edit', 'head'],
    code: 2,
  },
  {
    what: 'two heads, to lint',
    covers: ['lint/lint.ts: drydock merge … -m "merge"'],
    revisions: twoHeads,
    args: ['lint'],
    code: 3,
    promised: async (here) => {
      const { findings } = (await here.run(['lint', '--json', ...flags])).json<{ findings: { rule: string }[] }>();
      assert.ok(!findings.some(({ rule }) => rule === 'several-heads'));
    },
  },
  {
    what: 'two heads, to an upgrade',
    covers: ['revisions/graph/address.ts: drydock merge … -m "merge"'],
    revisions: twoHeads,
    args: ['upgrade'],
    code: 2,
    promised: upgrade,
    part: 'default',
  },
  {
    what: 'two heads, to a new revision',
    covers: ['revisions/new/parents.ts: drydock merge … -m "merge"'],
    revisions: twoHeads,
    args: ['revision', '-m', 'x'],
    code: 2,
    promised: upgrade,
  },
  {
    what: 'a parent that is no head',
    covers: ['revisions/new/parents.ts: drydock heads'],
    args: ['revision', '-m', 'x', '--head', '001_items'],
    code: 2,
  },
  {
    what: 'a merge of what is no head',
    covers: ['revisions/new/parents.ts: drydock heads'],
    args: ['merge', '001_items', '002_stock'],
    code: 2,
  },
  {
    what: 'a file that ends in the middle of a page',
    covers: ['files/require-whole.ts: drydock snapshot list', 'files/require-whole.ts: drydock snapshot restore <id>'],
    prepare: async (here) => {
      await snapshot(here);
      cutToBytes(here.database, 5 * 4096 + 100);
    },
    args: ['current'],
    code: 13,
    fill: byId,
    promised: sound,
  },
  {
    what: 'a WAL without its database',
    covers: ['files/require-whole.ts: drydock snapshot list', 'files/require-whole.ts: drydock snapshot restore <id>'],
    mode: 'wal',
    prepare: async (here, t) => {
      await snapshot(here);
      await killedWriterInWal(here, t);
      rmSync(here.database);
    },
    args: ['current'],
    code: 13,
    fill: byId,
    promised: sound,
  },
  {
    what: 'no database where there are snapshots',
    covers: [
      'files/database-reader.ts: drydock snapshot list',
      'files/database-reader.ts: drydock snapshot restore latest',
    ],
    prepare: async (here) => {
      await snapshot(here);
      rmSync(here.database);
    },
    args: ['upgrade'],
    code: 2,
    promised: sound,
  },
  {
    what: 'no database where Drydock has run',
    covers: ['files/database-reader.ts: drydock snapshot list'],
    prepare: async (here) => {
      await upgrade(here);
      rmSync(here.database);
      rmSync(here.snapshots, { recursive: true });
    },
    args: ['upgrade'],
    code: 2,
  },
  {
    what: 'no database and no trace of one',
    covers: ['files/database-reader.ts: touch …'],
    sql: null,
    args: ['upgrade'],
    code: 2,
    promised: upgrade,
  },
  {
    what: 'no folder for the database',
    covers: ['files/layout.ts: mkdir -p … && touch …'],
    sql: null,
    prepare: ({ data }) => rmSync(data, { recursive: true }),
    args: ['upgrade'],
    code: 2,
    promised: upgrade,
  },
  {
    what: 'a text in the place of the database',
    covers: ['files/database-reader.ts: drydock snapshot list'],
    prepare: ({ database }) => replaceByText(database),
    args: ['current'],
    code: 13,
  },
  {
    what: 'a schema that SQLite cannot read',
    covers: [
      'files/database-reader.ts: drydock snapshot list',
      'files/database-reader.ts: drydock snapshot restore <id>',
    ],
    prepare: async (here) => {
      await snapshot(here);
      breakSchema(here.database);
    },
    args: ['current'],
    code: 13,
    fill: byId,
    promised: sound,
  },
  {
    what: 'a verb that is none',
    covers: ['cli/program.ts: drydock --help'],
    args: ['frob'],
    code: 2,
  },
  {
    what: 'an upgrade to what is older',
    covers: ['cli/verbs/run.ts: drydock downgrade …'],
    prepare: upgrade,
    args: ['upgrade', '001_items'],
    code: 0,
    promised: at('001_items'),
  },
  {
    what: 'a check of a database that is behind',
    covers: ['cli/verbs/check.ts: drydock upgrade'],
    args: ['check'],
    code: 3,
    promised: at('002_stock'),
  },
  {
    what: 'a check of revisions that do not make the desired schema',
    covers: ['cli/verbs/check.ts: drydock revision --autogenerate -m "what it does"'],
    prepare: async (here) => {
      await upgrade(here);
      writeFileSync(
        join(here.root, 'schema.sql'),
        'CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT NOT NULL, price REAL, stock INTEGER NOT NULL DEFAULT 0, more TEXT); CREATE INDEX items_name ON items (name);',
      );
    },
    args: ['check', '--schema', 'schema.sql'],
    code: 3,
    promised: async (here) => {
      await upgrade(here);
      await ok(here, 'check', '--schema', 'schema.sql');
    },
    part: 'default',
  },
  {
    what: 'a head that is not applied',
    covers: ['cli/verbs/current.ts: drydock upgrade'],
    args: ['current', '--check-heads'],
    code: 3,
    promised: at('002_stock'),
  },
  {
    what: 'a new project',
    covers: [
      'cli/verbs/init.ts: drydock revision -m "what it does"',
      'revisions/new/project-files.ts: drydock revision -m "what it does"',
      'revisions/new/project-files.ts: drydock history --indicate-current',
      'revisions/new/project-files.ts: drydock upgrade',
    ],
    sql: '',
    by: 'config',
    prepare: ({ root }) => {
      for (const folder of ['config', 'migrations']) rmSync(join(root, folder), { recursive: true });
    },
    args: ['init'],
    code: 0,
    first: ({ root }) => {
      const config = join(root, 'config/drydock.yaml');
      const text = readFileSync(config, 'utf8').replace(/^#? *database:.*$/m, 'database: ../data/app.db');
      writeFileSync(config, text);
    },
    promised: async (here) => {
      const { root, migrations } = here;
      for (const command of commandsIn(readFileSync(join(migrations, 'README.md'), 'utf8')))
        await follow(root, command);
    },
  },
  {
    what: 'a table that is not the one of a revision',
    covers: ['operations/require-schema.ts: drydock check'],
    revisions: {
      ...itemsRevisions,
      '003.ts': module(
        '003',
        '002_stock',
        "op.requireSchema('items', ['CREATE TABLE items (id INTEGER PRIMARY KEY)']);",
      ),
    },
    args: ['upgrade'],
    code: 20,
  },
  {
    what: 'a downgrade that cannot be written',
    covers: ['operations/cannot-downgrade.ts: drydock snapshot list'],
    revisions: {
      ...itemsRevisions,
      '003.ts': module('003', '002_stock', '', "op.cannotDowngrade('what was there is gone');"),
    },
    prepare: upgrade,
    args: ['downgrade', '-1', '--yes'],
    code: 20,
  },
  {
    what: 'a downgrade to what is not applied',
    covers: ['revisions/graph/steps.ts: drydock history --indicate-current'],
    args: ['downgrade', '002_stock'],
    code: 2,
  },
  {
    what: 'a downgrade by a step up',
    covers: [
      'revisions/graph/steps.ts: drydock … …',
      'revisions/graph/steps.ts: drydock plan ……',
      'revisions/graph/steps.ts: drydock rehearse ……',
    ],
    args: ['downgrade', '+1'],
    code: 2,
    alternatives: true,
  },
  {
    what: 'an upgrade by a step down',
    covers: [],
    prepare: upgrade,
    args: ['upgrade', '-1'],
    code: 2,
    alternatives: true,
  },
  {
    what: 'more steps than there are',
    covers: ['revisions/graph/relative.ts: drydock history'],
    args: ['upgrade', '+9'],
    code: 2,
  },
  {
    what: 'files that are older than the database',
    covers: [
      'revisions/graph/graph.ts: drydock downgrade <revision>',
      'revisions/graph/graph.ts: drydock snapshot list',
    ],
    prepare: async (here) => {
      await upgrade(here);
      rmSync(join(here.migrations, '002_stock.sql'));
    },
    args: ['upgrade'],
    code: 4,
    first: ({ migrations }) => writeFileSync(join(migrations, '002_stock.sql'), itemsRevisions['002_stock.sql'] ?? ''),
    fill: async () => ({ '<revision>': '001_items' }),
    promised: at('001_items'),
  },
  {
    what: 'a revision that no file has',
    covers: ['revisions/graph/address.ts: drydock history'],
    args: ['upgrade', 'zz'],
    code: 2,
  },
  {
    what: 'a branch that is none',
    covers: ['revisions/graph/address.ts: drydock history'],
    args: ['upgrade', 'zz@head'],
    code: 2,
  },
  {
    what: 'a revision of another branch',
    covers: ['revisions/graph/address.ts: drydock history', 'revisions/graph/address.ts: drydock branches'],
    revisions: twoHeads,
    args: ['upgrade', '003_b@002_stock'],
    code: 2,
  },
  {
    what: 'a range that is none',
    covers: ['revisions/graph/range.ts: drydock history'],
    args: ['history', '-r', '002_stock:001_items'],
    code: 2,
  },
  {
    what: 'a file that was edited after it was applied',
    covers: ['revisions/files/edited.ts: drydock stamp current'],
    prepare: async (here) => {
      await upgrade(here);
      appendFileSync(join(here.migrations, '002_stock.sql'), '-- a comment\n');
    },
    args: ['upgrade'],
    code: 4,
    promised: upgrade,
  },
  {
    what: 'a revision that was written into after it was applied empty',
    covers: ['revisions/files/edited.ts: drydock stamp …', 'revisions/files/edited.ts: drydock upgrade'],
    prepare: async (here) => {
      await upgrade(here);
      await ok(here, 'revision', '-m', 'more', '--rev-id', '003');
      await upgrade(here);
      const path = join(here.migrations, '003_more.sql');
      const text = readFileSync(path, 'utf8').replace('-- migrate:up\n', '-- migrate:up\nCREATE TABLE more (x);\n');
      writeFileSync(path, text);
    },
    args: ['upgrade'],
    code: 4,
    promised: (here) => change(here, 'INSERT INTO more VALUES (1)'),
  },
  {
    what: 'no folder of revisions',
    covers: ['revisions/files/load.ts: mkdir -p …'],
    prepare: ({ migrations }) => rmSync(migrations, { recursive: true }),
    args: ['lint'],
    code: 2,
    promised: (here) => ok(here, 'revision', '-m', 'x'),
  },
  {
    what: 'a folder without revisions',
    covers: ["revisions/no-revisions.ts: drydock revision -m 'what it does'"],
    sql: '',
    revisions: {},
    args: ['upgrade'],
    code: 2,
    promised: upgrade,
  },
  {
    what: 'a version table that is none',
    covers: ['revisions/applied-tables.ts: drydock snapshot list'],
    sql: 'CREATE TABLE alembic_version (foo)',
    args: ['upgrade'],
    code: 4,
  },
  {
    what: 'tables of another program, to doctor',
    covers: ['run/foreign.ts: drydock plan'],
    sql: 'CREATE TABLE items (id); INSERT INTO items VALUES (1)',
    args: ['doctor'],
    code: 4,
    ends: 4,
  },
  {
    what: 'tables that are those of a revision',
    covers: ['run/foreign.ts: drydock stamp …'],
    sql: itemsSql,
    args: ['upgrade'],
    code: 4,
    promised: upgrade,
    part: 'default',
  },
  {
    what: 'tables that are those of no revision',
    covers: ['run/foreign.ts: drydock stamp <revision>'],
    sql: `${itemsSql}; CREATE TABLE more (x)`,
    args: ['upgrade'],
    code: 4,
    first: (here) => change(here, 'DROP TABLE more'),
    fill: async () => ({ '<revision>': '001_items' }),
    promised: upgrade,
  },
  {
    what: 'a snapshot that has changed',
    covers: ['run/prove-snapshot.ts: drydock snapshot list', 'run/prove-snapshot.ts: drydock snapshot verify <id>'],
    prepare: async (here) => {
      await snapshot(here);
      change(here, 'DELETE FROM items WHERE id = 1');
      await snapshot(here);
      flipBit(join(here.snapshots, `${await newest(here)}.db`), 5000);
    },
    args: async (here) => ['snapshot', 'verify', await newest(here)],
    code: 12,
    fill: byId,
  },
  {
    what: 'a database that was emptied',
    covers: ['run/former-life.ts: drydock snapshot restore … --yes', 'run/former-life.ts: drydock begin-anew'],
    prepare: emptied,
    args: ['upgrade'],
    code: 4,
    alternatives: true,
    promised: upgrade,
  },
  {
    what: 'a stamp where a revision is unknown',
    covers: ['run/plan.ts: drydock stamp --purge …'],
    sql: `${itemsSql}; ${unknown} ('zz')`,
    args: ['stamp', '001_items'],
    code: 4,
    promised: at('001_items'),
  },
  {
    what: 'a database that Alembic brought to where it is',
    covers: ['run/plan.ts: drydock revision --autogenerate --rev-id … -m "all that Alembic did" --schema <database>'],
    sql: `${itemsSql}; ${unknown} ('a1b2')`,
    revisions: {},
    args: ['upgrade', '--allow-no-revisions'],
    code: 4,
    promised: upgrade,
    part: 'default',
  },
  {
    what: 'a run journal that cannot be understood',
    covers: ['run/journal.ts: drydock verify'],
    prepare: ({ database, journal }) => {
      mkdirSync(`${database}.drydock`);
      writeFileSync(journal, '{');
    },
    args: ['upgrade'],
    code: 30,
    promised: async (here) => {
      rmSync(here.journal);
      await upgrade(here);
    },
  },
  {
    what: 'an interrupted restore whose snapshot is gone',
    covers: ['run/endings.ts: drydock snapshot list', 'run/endings.ts: drydock snapshot restore <id>'],
    prepare: async (here) => {
      await snapshot(here);
      change(here, 'DELETE FROM items WHERE id = 1');
      await snapshot(here);
      await interruptedRestore(here);
      for (const suffix of ['db', 'json']) rmSync(join(here.snapshots, `${(await listed(here))[1]?.id}.${suffix}`));
    },
    args: ['upgrade'],
    code: 30,
    fill: byId,
    promised: sound,
  },
  {
    what: 'an interrupted restore after which others have written',
    covers: ['run/endings.ts: drydock current', 'run/endings.ts: drydock snapshot restore …'],
    prepare: async (here) => {
      await snapshot(here);
      await interruptedRestore(here);
      change(here, 'DELETE FROM items WHERE id = 3');
    },
    args: ['upgrade'],
    code: 24,
    promised: async (here) => {
      const db = new Database(here.database, { readonly: true });
      assert.equal(db.prepare('SELECT count(*) FROM items').pluck().get(), 2000);
      db.close();
    },
  },
  {
    what: 'a database that is gone while a snapshot takes its place',
    covers: ['run/endings.ts: drydock snapshot restore …'],
    prepare: interruptedExchange,
    args: ['upgrade'],
    code: 13,
    promised: sound,
  },
  {
    what: 'another file in the place that a snapshot was to take',
    covers: ['run/endings.ts: drydock current', 'run/endings.ts: drydock snapshot restore …'],
    prepare: async (here) => {
      await interruptedExchange(here);
      createDatabase(here.database, 'delete', 'CREATE TABLE of_today (id INTEGER PRIMARY KEY)');
    },
    args: ['snapshot', 'prune'],
    code: 24,
    promised: at('001_items'),
  },
  {
    what: 'a database that is gone while a run changes it',
    covers: ['run/endings.ts: drydock snapshot list', 'run/endings.ts: drydock snapshot restore <id>'],
    prepare: async (here) => {
      await snapshot(here);
      await killAt(['upgrade', '--database', here.database, '--migrations', here.migrations], 'phase:migrate', 'both');
      for (const suffix of ['', '-journal']) rmSync(`${here.database}${suffix}`, { force: true });
    },
    args: ['upgrade'],
    code: 13,
    fill: byId,
    promised: sound,
  },
  {
    what: 'a commit that was interrupted, damaged since, and without its snapshot',
    covers: ['run/endings.ts: drydock snapshot list'],
    prepare: async (here) => {
      await killAt(['upgrade', '--database', here.database, '--migrations', here.migrations], 'phase:verify', 'both');
      rotPage(here.database, rootPage(here.database, 'items'));
      rmSync(here.snapshots, { recursive: true });
    },
    args: ['upgrade'],
    code: 24,
  },
  {
    what: 'a file of ours that belongs to another user',
    covers: ['doctor/volume-checks.ts: chown -R …:… …'],
    needs: 'root',
    prepare: async (here) => {
      await upgrade(here);
      const runs = join(`${here.database}.drydock`, 'runs');
      chownSync(join(runs, readdirSync(runs)[0] ?? ''), 65534, 65534);
    },
    args: ['doctor'],
    code: 0,
    promised: async (here) => assert.doesNotMatch((await here.run(['doctor', ...flags])).stdout, /^notice +ownership/m),
  },
];

async function killedWriter({ database }: Place, t: TestContext): Promise<void> {
  const other = await otherProcess(database, 1000);
  t.after(() => other.end());
  await other.run('PRAGMA cache_size = 5');
  await other.run('BEGIN IMMEDIATE');
  await other.run("UPDATE items SET name = name || 'x'");
  other.process.kill('SIGKILL');
  await once(other.process, 'exit');
}

async function killedWriterInWal({ database }: Place, t: TestContext): Promise<void> {
  const other = await otherProcess(database, 1000);
  t.after(() => other.end());
  await other.run('DELETE FROM items WHERE id = 1');
  await other.end();
}

/** The copy of the snapshot is written by half, and does not have the name of the database yet. */
async function interruptedExchange(here: Place): Promise<void> {
  await snapshot(here);
  rmSync(here.database);
  const restoring = await here.run(['snapshot', 'restore', 'latest', '--yes', ...flags], dieAtFileCall('copyFile 1'));
  assert.equal(restoring.signal, 'SIGKILL', restoring.stderr);
}

async function interruptedRestore(here: Place): Promise<void> {
  change(here, 'DELETE FROM items WHERE id = 2');
  const restoring = startDrydock(['snapshot', 'restore', 'latest', '--yes', ...flags], {
    cwd: here.root,
    pauseAt: 'engine:before-replace',
  });
  process.kill(await restoring.reached(), 'SIGKILL');
  restoring.process.kill('SIGKILL');
  await restoring.finished;
}

function nameIn(folder: string): string {
  return readdirSync(folder)[0]?.replace(/\.\w+$/, '') ?? '';
}

async function made(t: TestContext, { prepare, by, ...options }: Situation): Promise<Place> {
  const here = place(t, options);
  if (by === undefined) rmSync(join(here.root, 'config'), { recursive: true });
  await prepare?.(here, t);
  return here;
}

async function messageIn(here: Place, { args, by, code }: Situation): Promise<readonly string[]> {
  const given = typeof args === 'function' ? await args(here) : args;
  const result = await here.run([...given, ...(by === 'config' ? [] : flags)], { env: { EDITOR: '', VISUAL: '' } });
  assert.equal(result.code, code, saidBy(result));
  const commands = commandsIn(saidBy(result));
  assert.ok(commands.length > 0, saidBy(result));
  return commands;
}

export const covered: readonly string[] = situations.flatMap(({ covers }) => covers);

export function adviceTests(part: Part): void {
  for (const it of situations) {
    if ((it.part === 'default') !== (part === 'default')) continue;
    const skip = it.needs === 'root' && process.getuid?.() !== 0;
    test(`advice can be followed: ${it.what}`, { skip }, async (t) => {
      const here = await made(t, it);
      const commands = await messageIn(here, it);
      const expected = it.covers.filter((one) => !one.startsWith('revisions/new/project-files'));
      for (const written of expected.map((one) => one.slice(one.indexOf(': ') + 2)))
        assert.ok(
          commands.some((said) => isMadeFrom(said, written)),
          `${written} is not among ${commands.join('; ')}`,
        );
      for (const [index, command] of commands.entries()) {
        const own = it.alternatives && index > 0 ? await made(t, it) : here;
        const said = own === here ? command : ((await messageIn(own, it))[index] ?? '');
        const fill = (await it.fill?.(own)) ?? {};
        await it.first?.(own);
        await follow(own.root, said, { fill, ends: it.ends });
        if (it.alternatives) await it.promised?.(own);
      }
      if (!it.alternatives) await it.promised?.(here);
    });
  }
}
