/** Every operation has an `@example`. The examples compile under the project's rules, and run. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import * as drydock from '../../src/index.ts';
import { projectRoot } from '../harness/files.ts';
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

type Examples = Readonly<Record<string, () => Promise<void>>>;

interface ExampleModule {
  readonly operations: (op: drydock.Operations) => Examples;
}

const operations = Object.keys(operationsOn(openDatabase('')));

const folder = mkdtempSync(join(tmpdir(), 'drydock-examples-'));
const modulePath = join(folder, 'examples.ts');
let examples: ExampleModule;

before(async () => {
  const ofOperations = onlyThese(operations, globSync('src/operations/*.ts', { cwd: projectRoot }));
  writeFileSync(
    modulePath,
    `import type { Operations } from '${join(projectRoot, 'src/index.ts')}';
export const operations = (op: Operations) => ({\n${asMethods(ofOperations)}});\n`,
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

test('every operation has an example', () => {
  const op = operationsOn(openDatabase(''));
  assert.deepEqual(Object.keys(examples.operations(op)).toSorted(), operations.toSorted());
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
