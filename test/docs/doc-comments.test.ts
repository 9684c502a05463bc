/** Every public function and every operation has an `@example`. The examples compile under the project's rules, and run. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import * as drydock from '../../src/index.ts';
import { projectRoot, sqlRevision, testFolder } from '../harness/files.ts';
import { column, openDatabase, operationsOn } from '../operations/database.ts';

/** The database on which the example of each operation runs, alone. */
const people = `
  CREATE TABLE teams (id INTEGER PRIMARY KEY, name TEXT);
  CREATE INDEX teams_name ON teams (name);
  CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT, city TEXT, nickname TEXT, team_id INTEGER,
    CONSTRAINT people_city CHECK (city <> ''), UNIQUE (email, city));
  CREATE TABLE orders (id INTEGER PRIMARY KEY, price REAL, placed TEXT, shipped TEXT);
  CREATE TABLE ratings (person_id INTEGER, order_id INTEGER, stars INTEGER);
  CREATE TABLE log (what TEXT);
  CREATE VIEW totals AS SELECT sum(stars) AS total FROM ratings;
  INSERT INTO teams (name) VALUES ('Red');
  INSERT INTO people (name, email, city) VALUES ('Ada', 'ada@old.org', 'London'), ('Grace', 'grace@navy.mil', 'New York');
  INSERT INTO orders (price, placed) VALUES (9.5, '2019-05-01'), (12, '2024-05-01');
  INSERT INTO ratings VALUES (1, 1, 5), (2, 1, 4);`;

/** The project in which the examples of the library run, one after the other. */
const project: Readonly<Record<string, string>> = {
  'migrations/001_people.sql': sqlRevision(
    '001_people',
    undefined,
    "CREATE TABLE people (id INTEGER PRIMARY KEY, mail TEXT); INSERT INTO people (mail) VALUES ('ada@old.org');",
    'DROP TABLE people;',
  ),
  'migrations/002_teams.sql': sqlRevision('002_teams', '001_people', 'CREATE TABLE teams (name);', 'DROP TABLE teams;'),
  'schema.sql': 'CREATE TABLE people (id INTEGER PRIMARY KEY, email TEXT); CREATE TABLE teams (name);',
  'data/app.db': '',
};
const scenario = `loadConfig ensureVersion doctor lint heads branches show plan rehearse script upgrade current history
  check verify stats DrydockError createSnapshot listSnapshots verifySnapshot downgrade restoreSnapshot pruneSnapshots
  stamp listRuns showRun report unlock edit autogenerate createRevision mergeRevisions beginAnew completion`.split(
  /\s+/,
);

type Examples = Readonly<Record<string, () => Promise<void>>>;

interface ExampleModule {
  readonly operations: (op: drydock.Operations) => Examples;
  readonly library: (config: drydock.Config | undefined) => Examples;
}

const operations = Object.keys(operationsOn(openDatabase('')));
const library = Object.entries(drydock).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));
const index = readFileSync(join(projectRoot, 'src/index.ts'), 'utf8');
const publicFiles = [...index.matchAll(/from '\.\/(.*)';/g)].map(([, path]) => `src/${path}`);

const folder = mkdtempSync(join(tmpdir(), 'drydock-examples-'));
const modulePath = join(folder, 'examples.ts');
let examples: ExampleModule;

before(async () => {
  const ofOperations = onlyThese(operations, globSync('src/operations/*.ts', { cwd: projectRoot }));
  const ofLibrary = onlyThese(library, publicFiles);
  const names = ['type Config', 'type Operations', ...ofLibrary.keys()].join(', ');
  writeFileSync(
    modulePath,
    `import { ${names} } from '${join(projectRoot, 'src/index.ts')}';
export const operations = (op: Operations) => ({\n${asMethods(ofOperations)}});
export const library = (config: Config) => ({\n${asMethods(ofLibrary)}});\n`,
  );
  examples = await import(pathToFileURL(modulePath).href);
});
after(() => rmSync(folder, { recursive: true, force: true }));

function onlyThese(names: readonly string[], paths: readonly string[]): ReadonlyMap<string, string> {
  return new Map(paths.flatMap(examplesIn).filter(([name]) => names.includes(name)));
}

/** The examples in a file, each with the name of what its comment is on. */
function examplesIn(path: string): (readonly [name: string, code: string])[] {
  const text = readFileSync(join(projectRoot, path), 'utf8');
  const comments = text.matchAll(
    /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(?:(?:export|async|readonly|function|class) )*(\w+)/g,
  );
  return [...comments].flatMap(([, comment = '', name = '']) => {
    const [, code] = comment.replace(/^ *\* ?/gm, '').split(/^@example\n/m);
    return code === undefined ? [] : [[name, code] as const];
  });
}

function asMethods(code: ReadonlyMap<string, string>): string {
  return [...code].map(([name, lines]) => `async ${name}() {\n${lines}},\n`).join('');
}

test('every public function and every operation has an example', () => {
  const op = operationsOn(openDatabase(''));
  assert.deepEqual(Object.keys(examples.operations(op)).toSorted(), operations.toSorted());
  assert.deepEqual(Object.keys(examples.library(undefined)).toSorted(), library.toSorted());
});

test('the examples compile under the rules of the project', () => {
  const configPath = join(folder, 'tsconfig.json');
  const typeRoots = [join(projectRoot, 'node_modules/@types')];
  const extended = join(projectRoot, 'tsconfig.json');
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(
    configPath,
    JSON.stringify({ extends: extended, compilerOptions: { typeRoots }, files: [modulePath], include: [] }),
  );
  const compiler = join(projectRoot, 'node_modules/typescript/bin/tsc');
  const { stdout } = spawnSync(process.execPath, [compiler, '-p', configPath], { encoding: 'utf8' });
  assert.equal(stdout, '');
});

for (const name of operations) {
  test(`the example of op.${name} runs`, async () => {
    const db = openDatabase(people);
    const run = examples.operations(operationsOn(db))[name];
    if (name === 'cannotDowngrade') await assert.rejects(async () => run?.(), drydock.CannotDowngrade);
    else await run?.();
    assert.deepEqual(column(db, 'PRAGMA integrity_check'), ['ok']);
    assert.deepEqual(column(db, 'PRAGMA foreign_key_check'), []);
  });
}

test('the examples of the library run', async (t) => {
  const folder = testFolder(t);
  const start = process.cwd();
  t.after(() => process.chdir(start));
  process.chdir(folder);
  t.mock.method(console, 'log', () => undefined);
  process.env['EDITOR'] = 'true';
  await examples.library(undefined)['init']?.();
  for (const [path, text] of Object.entries(project)) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  appendFileSync(
    'config/drydock.yaml',
    'schema: ../schema.sql\nstatistics: [{ name: people, sql: SELECT count(*) FROM people }]\n',
  );
  const config = await drydock.loadConfig();
  for (const name of scenario) {
    if (name === 'mergeRevisions') writeFileSync('migrations/b.sql', sqlRevision('b', '002_teams', '', ''));
    if (name === 'beginAnew') writeFileSync(config.database, '');
    await t.test(name, () => examples.library(config)[name]?.());
  }
  await assert.rejects(async () => examples.library(config)['CannotDowngrade']?.(), drydock.CannotDowngrade);
  assert.deepEqual(['init', 'CannotDowngrade', ...scenario].toSorted(), library.toSorted());
});
