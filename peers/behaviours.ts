/** Seven things that happen to a migration in production, and what a tool makes of each. */
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { apply, contentOf, copySite, type Ended, killGroup, newSite, read, start, startProcess } from './sites.ts';
import type { Migration, Site, Tool } from './tools.ts';

export interface Seen {
  readonly passed: boolean;
  readonly text: string;
}

export interface Bench {
  readonly tool: Tool;
  /** Empty, and this behaviour's own. */
  readonly folder: string;
  /** How often what depends on chance is tried. */
  readonly trials: number;
}

export interface Behaviour {
  readonly title: string;
  readonly short: string;
  /** What is done, and what it takes to pass. */
  readonly how: string;
  observe(bench: Bench): Promise<Seen>;
}

const holder = fileURLToPath(new URL('programs/hold.js', import.meta.url));
const startsAtOnce = 4;

const written: Migration = {
  name: 'm00',
  up: ['CREATE TABLE marks (name TEXT NOT NULL)', 'CREATE TABLE written (by TEXT NOT NULL)'],
  down: ['DROP TABLE marks', 'DROP TABLE written'],
};
const marks: readonly Migration[] = Array.from({ length: 19 }, (_, index) => {
  const name = `m${String(index + 1).padStart(2, '0')}`;
  return { name, up: [`INSERT INTO marks VALUES ('${name}')`], down: [`DELETE FROM marks WHERE name = '${name}'`] };
});

export const behaviours: readonly Behaviour[] = [
  {
    title: 'Four starts at once',
    short: 'four starts',
    how: `${startsAtOnce} processes at once, ${marks.length} pending migrations of one INSERT each. Passes if every row is there once and every process exits 0, in every trial.`,
    observe: (bench) => starts(bench, bench.trials, undefined),
  },
  {
    title: 'The same, while another program writes for 3 s',
    short: 'and a writer, 3 s',
    how: 'The same while another program holds the write lock for 3 s and then commits a row of its own. A third of the trials.',
    observe: (bench) => starts(bench, Math.ceil(bench.trials / 3), 3_000),
  },
  {
    title: 'Another program writes for 12 s',
    short: 'a writer, 12 s',
    how: 'One process, while another program holds the write lock for 12 s. Passes if it waits and applies everything.',
    observe: longWriter,
  },
  {
    title: 'A second statement fails',
    short: 'failing statement',
    how: 'A migration whose first statement creates a table and whose second one fails; then the file is fixed and run again. Passes if the content after the failure is the old one and the fixed file is applied.',
    observe: failing,
  },
  {
    title: 'A parent with CASCADE children is rebuilt',
    short: 'rebuild',
    how: "The recipe of SQLite's documentation (foreign keys off, new table, copy, drop, rename, foreign keys on) on a parent with 3 child rows. Passes if the parent is rebuilt and all 3 are there.",
    observe: rebuild,
  },
  {
    title: 'An applied file was edited',
    short: 'edited file',
    how: 'The file of an applied migration is changed, and another one is pending. Passes if it refuses and changes nothing.',
    observe: edited,
  },
  {
    title: 'kill -9 in a big UPDATE',
    short: 'kill -9',
    how: 'A migration that adds a column to 1,000,000 rows and fills it; every process of the tool is killed once the journal has 5 MB, then the tool is run again. Passes if the next reader sees the old content and the second run applies it.',
    observe: killed,
  },
];

async function starts({ tool, folder }: Bench, count: number, writerMs: number | undefined): Promise<Seen> {
  const base = newSite(join(folder, 'base'));
  tool.write(base, [written]);
  await apply(tool, base);
  tool.write(base, [written, ...marks]);
  let [twice, incomplete, failed, lost] = [0, 0, 0, 0];
  for (let trial = 0; trial < count; trial += 1) {
    const site = copySite(base, join(folder, 'trial'));
    const writer = writerMs === undefined ? undefined : await holdLock(site, writerMs);
    const ended = await Promise.all(Array.from({ length: startsAtOnce }, () => start(tool, site).ended));
    if ((await writer?.ended)?.exitCode !== (writer === undefined ? undefined : 0)) lost += 1;
    const rows = marksIn(site);
    if (rows.length > new Set(rows).size) twice += 1;
    if (new Set(rows).size < marks.length) incomplete += 1;
    if (writer !== undefined && writtenIn(site) !== 1) lost += 1;
    failed += ended.filter(({ exitCode }) => exitCode !== 0).length;
  }
  const bad = [
    twice > 0 && `applied twice in ${twice}`,
    incomplete > 0 && `incomplete in ${incomplete}`,
    lost > 0 && `the writer lost in ${lost}`,
  ].filter((part) => part !== false);
  const trialText = `of ${count} trials`;
  return {
    passed: bad.length === 0 && failed === 0,
    text: [
      bad.length === 0 ? `once each in ${count} ${trialText}` : `${bad.join(', ')} ${trialText}`,
      `${failed} of ${count * startsAtOnce} starts failed`,
    ].join('; '),
  };
}

async function longWriter({ tool, folder }: Bench): Promise<Seen> {
  const site = newSite(folder);
  tool.write(site, [written]);
  await apply(tool, site);
  tool.write(site, [written, ...marks]);
  const writer = await holdLock(site, 12_000);
  const ended = await start(tool, site).ended;
  const wrote = await writer.ended;
  const applied = marksIn(site).length === marks.length && writtenIn(site) === 1 && wrote.exitCode === 0;
  const seconds = `${(ended.milliseconds / 1000).toFixed(0)} s`;
  if (ended.exitCode === 0 && applied) return { passed: true, text: `waits, applied after ${seconds}` };
  return { passed: false, text: `${how(ended)} after ${seconds}${applied ? ', applied' : ''}` };
}

async function failing({ tool, folder }: Bench): Promise<Seen> {
  const site = newSite(folder);
  const halfway = (second: string): Migration => ({
    name: 'm01',
    up: ['CREATE TABLE halfway (id INTEGER PRIMARY KEY)', second],
    down: ['DROP TABLE halfway'],
  });
  tool.write(site, [written]);
  await apply(tool, site);
  const before = contentOf(site, tool);
  tool.write(site, [written, halfway('INSERT INTO nowhere VALUES (1)')]);
  const first = await start(tool, site).ended;
  const undone = contentOf(site, tool) === before;
  tool.write(site, [written, halfway('INSERT INTO halfway VALUES (1)')]);
  const second = await start(tool, site).ended;
  const mended = second.exitCode === 0 && count(site, 'SELECT count(*) FROM halfway') === 1;
  return {
    passed: first.exitCode !== 0 && undone && mended,
    text: [
      first.exitCode === 0 && 'exit 0',
      undone ? 'undone' : 'half applied',
      mended ? 'the fixed file runs' : `the fixed file fails (${how(second)})`,
    ]
      .filter((part) => part !== false)
      .join('; '),
  };
}

async function rebuild({ tool, folder }: Bench): Promise<Seen> {
  const site = newSite(folder);
  const family: Migration = {
    name: 'm00',
    up: [
      'CREATE TABLE parents (id INTEGER PRIMARY KEY, name TEXT)',
      'CREATE TABLE children (id INTEGER PRIMARY KEY, parent INTEGER NOT NULL REFERENCES parents (id) ON DELETE CASCADE)',
      "INSERT INTO parents VALUES (1, 'one'), (2, 'two')",
      'INSERT INTO children VALUES (1, 1), (2, 1), (3, 2)',
    ],
    down: ['DROP TABLE children', 'DROP TABLE parents'],
  };
  const recipe: Migration = {
    name: 'm01',
    up: [
      'PRAGMA foreign_keys = OFF',
      'CREATE TABLE new_parents (id INTEGER PRIMARY KEY, name TEXT NOT NULL)',
      'INSERT INTO new_parents SELECT id, name FROM parents',
      'DROP TABLE parents',
      'ALTER TABLE new_parents RENAME TO parents',
      'PRAGMA foreign_keys = ON',
    ],
    down: ['ALTER TABLE parents RENAME TO parents'],
  };
  tool.write(site, [family]);
  await apply(tool, site);
  tool.write(site, [family, recipe]);
  const ended = await start(tool, site).ended;
  const children = count(site, 'SELECT count(*) FROM children WHERE parent IN (SELECT id FROM parents)');
  const rebuilt = count(site, "SELECT count(*) FROM pragma_table_info('parents') WHERE name = 'name' AND \"notnull\"");
  return {
    passed: ended.exitCode === 0 && children === 3 && rebuilt === 1,
    text: [`${children} of 3 child rows left`, rebuilt === 0 && 'not rebuilt', how(ended)]
      .filter((part) => part !== false)
      .join('; '),
  };
}

async function edited({ tool, folder }: Bench): Promise<Seen> {
  const site = newSite(folder);
  const note = (column: string): Migration => ({
    name: 'm01',
    up: [`CREATE TABLE notes (id INTEGER PRIMARY KEY, ${column} TEXT)`],
    down: ['DROP TABLE notes'],
  });
  const next: Migration = { name: 'm02', up: ['CREATE TABLE next (id INTEGER)'], down: ['DROP TABLE next'] };
  tool.write(site, [written, note('body')]);
  await apply(tool, site);
  const before = contentOf(site, tool);
  tool.write(site, [written, note('text'), next]);
  const ended = await start(tool, site).ended;
  const unchanged = contentOf(site, tool) === before;
  const passed = ended.exitCode !== 0 && unchanged;
  return {
    passed,
    text: passed ? `refused (${how(ended)})` : `${unchanged ? 'nothing done' : 'goes on'}; ${how(ended)}`,
  };
}

async function killed({ tool, folder }: Bench): Promise<Seen> {
  const site = newSite(join(folder, 'live'));
  const rows = 1_000_000;
  const table: Migration = {
    name: 'm00',
    up: [
      'CREATE TABLE big (id INTEGER PRIMARY KEY, body TEXT NOT NULL)',
      `INSERT INTO big SELECT value, 'a row with some words in it, number ' || value FROM (WITH RECURSIVE numbers (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM numbers WHERE value < ${rows}) SELECT value FROM numbers)`,
    ],
    down: ['DROP TABLE big'],
  };
  const change: Migration = {
    name: 'm01',
    up: ['ALTER TABLE big ADD COLUMN words TEXT', "UPDATE big SET words = body || ' and ' || body"],
    down: ['ALTER TABLE big DROP COLUMN words'],
  };
  tool.write(site, [table]);
  await apply(tool, site);
  const before = contentOf(site, tool);
  tool.write(site, [table, change]);
  const { child, ended } = start(tool, site);
  let over = false;
  void ended.then(() => {
    over = true;
  });
  while (!over && journalBytes(site) < 5_000_000) await setTimeout(2);
  if (!over) killGroup(child);
  const first = await ended;
  if (first.exitCode !== null) throw new Error(`${tool.name} was not killed, and ended with ${first.exitCode}`);
  // A copy is looked at, since whoever opens the database rolls back what the tool is to meet.
  const clean = contentOf(copySite(site, join(folder, 'looked-at')), tool) === before;
  const again = await start(tool, site).ended;
  const filled =
    again.exitCode === 0 && count(site, "SELECT count(*) FROM big WHERE words = body || ' and ' || body") === rows;
  return {
    passed: clean && filled,
    text: `${clean ? 'the old content' : 'half applied'}; ${filled ? 'the next run applies it' : `the next run fails (${how(again)})`}`,
  };
}

async function holdLock(site: Site, milliseconds: number) {
  const writer = startProcess([process.execPath, holder, site.database, String(milliseconds)], site.folder);
  const said = await Promise.race([once(writer.child.stdout ?? writer.child, 'data'), writer.ended]);
  if (!Array.isArray(said)) throw new Error(`the other program could not take the lock: ${said.output}`);
  return writer;
}

function journalBytes({ database }: Site): number {
  const sizes = ['-journal', '-wal'].map((suffix) => statSync(database + suffix, { throwIfNoEntry: false })?.size ?? 0);
  return Math.max(...sizes);
}

function marksIn(site: Site): string[] {
  return read(site, (db) => db.prepare('SELECT name FROM marks').pluck().all() as string[]);
}

function writtenIn(site: Site): number {
  return count(site, 'SELECT count(*) FROM written');
}

/** 0 where the table is not there. */
function count(site: Site, sql: string): number {
  return read(site, (db) => {
    const table = /FROM (?<table>[a-z_]+)/.exec(sql)?.groups?.['table'] ?? '';
    const isThere = table.startsWith('pragma') || db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(table);
    return isThere ? (db.prepare(sql).pluck().get() as number) : 0;
  });
}

function how({ exitCode }: Ended): string {
  return exitCode === null ? 'stopped after three minutes' : `exit ${exitCode}`;
}
