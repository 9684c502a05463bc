/** What is lost and what is not, found by a replay in memory and counted in a real file. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { type ForecastRequest, forecastLosses } from '../../src/plan/forecast-losses.ts';
import type { Forecast } from '../../src/plan/loss.ts';
import { lostParts } from '../../src/plan/lost-parts.ts';
import { loadGraph } from '../../src/revisions/load-graph.ts';
import type { Direction } from '../../src/revisions/revision.ts';
import { createDatabase, revisionFolder, sqlRevision, testFolder } from '../harness/files.ts';

const people = `CREATE TABLE People (id INTEGER PRIMARY KEY, "First Name" TEXT, age INT, nobody TEXT, double AS (age * 2));
INSERT INTO People ("First Name", age) VALUES ('Ada', 36), ('Emmy', NULL);
CREATE TABLE empty (n);
CREATE VIRTUAL TABLE words USING fts5(word);
INSERT INTO words VALUES ('dock');
CREATE VIEW grown AS SELECT * FROM People;`;

/** @param steps SQL of one revision each, or the body of a module's function. */
async function forecast(
  t: TestContext,
  steps: readonly string[],
  direction: Direction = 'up',
  how: Partial<Pick<ForecastRequest, 'modules' | 'patienceMs'>> = {},
): Promise<Forecast> {
  const folder = testFolder(t);
  const database = createDatabase(join(folder, 'app.db'), 'wal', people);
  const files = steps.map((body, index) => {
    const [id, before] = [`r${index}`, index === 0 ? undefined : `r${index - 1}`];
    if (!body.includes('op.')) return [`${id}.sql`, sqlRevision(id, before, body, body)];
    const revises = before === undefined ? '' : `export const revises = '${before}';`;
    const functions = `export function upgrade(op) { ${body} }\nexport function downgrade(op) { ${body} }`;
    return [`${id}.ts`, `export const revision = '${id}';\n${revises}\n${functions}\n`];
  });
  const graph = loadGraph(revisionFolder(folder, Object.fromEntries(files)));
  const stepsFrom = () => graph.revisions.map((revision) => ({ revision, direction }));
  return forecastLosses(
    { database, stepsFrom, extensions: [], arguments: {}, modules: 'run', patienceMs: 60_000, ...how },
    new AbortController().signal,
  );
}

const lost: Readonly<Record<string, readonly [steps: readonly string[], losses: readonly unknown[][]]>> = {
  'a table with rows': [['DROP TABLE people;'], [['r0', 'People', null, 2]]],
  'a column with values, in the spelling of the database': [
    ['ALTER TABLE people DROP COLUMN "first name";'],
    [['r0', 'People', 'First Name', 2]],
  ],
  'NULL is no value': [
    ["op.dropColumn('People', 'double'); op.dropColumn('People', 'age');"],
    [['r0', 'People', 'age', 1]],
  ],
  'a full-text table': [['DROP TABLE words;'], [['r0', 'words', null, 1]]],
  'a table that was renamed first, under the name that it has now': [
    ['ALTER TABLE People RENAME TO persons;', 'DROP TABLE persons;'],
    [['r1', 'People', null, 2]],
  ],
  'a column that was renamed first': [
    [
      "op.alterColumn('People', 'age', { newName: 'years' }); op.dropColumn('People', 'double');",
      "op.dropColumn('People', 'years');",
    ],
    [['r1', 'People', 'age', 1]],
  ],
  'a table that a later step makes anew': [
    ['DROP TABLE People;', 'CREATE TABLE People (id INTEGER PRIMARY KEY);'],
    [['r0', 'People', null, 2]],
  ],
  'a column whose name another one takes': [
    [
      'ALTER TABLE People RENAME age TO gone; ALTER TABLE People RENAME nobody TO age; DROP VIEW grown; ALTER TABLE People DROP COLUMN double; ALTER TABLE People DROP COLUMN gone;',
    ],
    [['r0', 'People', 'age', 1]],
  ],
  'a column that is dropped and added again': [
    [
      "op.dropColumn('People', 'double'); op.dropColumn('People', 'age'); op.addColumn('People', op.column.integer('age'));",
    ],
    [['r0', 'People', 'age', 1]],
  ],
  'a table whose name another one takes': [
    ['DROP VIEW grown; DROP TABLE People; ALTER TABLE empty RENAME TO People;'],
    [['r0', 'People', null, 2]],
  ],
  'a column left out where a table is rebuilt by hand': [
    [
      `CREATE TABLE other (id INTEGER PRIMARY KEY, "First Name" TEXT);
       INSERT INTO other SELECT id, "First Name" FROM People;
       DROP VIEW grown; DROP TABLE People; ALTER TABLE other RENAME TO People;`,
    ],
    [['r0', 'People', 'age', 1]],
  ],
  'a column whose name another one takes in the rebuild that leaves it out': [
    [
      "op.batchAlterTable('People', (batch) => { batch.dropColumn('double'); batch.dropColumn('age'); batch.alterColumn('nobody', { newName: 'age', type: 'VARCHAR(20)' }); });",
    ],
    [['r0', 'People', 'age', 1]],
  ],
  'a column whose name a new one takes in one rebuild': [
    [
      "op.batchAlterTable('People', (batch) => { batch.dropColumn('double'); batch.dropColumn('age'); batch.addColumn(op.column.integer('age', { unique: true })); });",
    ],
    [['r0', 'People', 'age', 1]],
  ],
  'a column whose name another one takes once the table is rebuilt by hand': [
    [
      `DROP VIEW grown; CREATE TABLE other (id INTEGER PRIMARY KEY, "First Name" TEXT, nobody);
       INSERT INTO other SELECT id, "First Name", nobody FROM People;
       DROP TABLE People; ALTER TABLE other RENAME TO People; ALTER TABLE People RENAME nobody TO age;`,
    ],
    [['r0', 'People', 'age', 1]],
  ],
  'a column whose values a new one has taken in some rows': [
    [
      `ALTER TABLE People RENAME "First Name" TO old; ALTER TABLE People ADD "First Name" TEXT NOT NULL DEFAULT '';
       UPDATE People SET "First Name" = old WHERE id = 1; ALTER TABLE People DROP old;`,
    ],
    [['r0', 'People', 'First Name', 2]],
  ],
  'a table that is rebuilt, and then dropped under a new name': [
    [
      "op.dropView('grown'); op.renameTable('People', 'persons'); op.alterColumn('persons', 'age', { type: 'NUMERIC' }); op.renameTable('persons', 'humans');",
      'DROP TABLE humans;',
    ],
    [['r1', 'People', null, 2]],
  ],
};

for (const [name, [steps, losses]] of Object.entries(lost)) {
  test(`lost: ${name}`, async (t) => {
    const found = await forecast(t, steps);
    assert.ok(found.kind === 'known');
    assert.deepEqual(
      found.losses.map(({ revision, table, column, rows }) => [revision, table, column, rows]),
      losses,
    );
  });
}

const kept: Readonly<Record<string, readonly string[]>> = {
  'an empty table, a view and a column without values': [
    'DROP VIEW grown; DROP TABLE empty; ALTER TABLE People DROP COLUMN nobody; ALTER TABLE People DROP COLUMN double;',
  ],
  'a table and a column that are renamed': [
    'DROP VIEW grown; ALTER TABLE People RENAME TO persons; ALTER TABLE persons RENAME age TO "the age";',
    "op.renameTable('persons', 'humans'); op.alterColumn('humans', 'the age', { newName: 'age' });",
  ],
  'a table moved aside, copied back and dropped': [
    `DROP VIEW grown; ALTER TABLE People RENAME TO aside;
     CREATE TABLE People (id INTEGER PRIMARY KEY, "First Name", age, nobody);
     INSERT INTO People SELECT id, "First Name", age, nobody FROM aside; DROP TABLE aside;`,
  ],
  'a rebuild by an operation': ["op.alterColumn('People', 'age', { type: 'TEXT', using: 'CAST(age AS TEXT)' });"],
  'a rebuild of a table under a new name, and columns renamed in it': [
    "op.renameTable('People', 'persons'); op.alterColumn('persons', 'age', { newName: 'years', type: 'NUMERIC' });",
    "op.batchAlterTable('persons', (batch) => { batch.alterColumn('years', { newName: 'age', type: 'INT' }); batch.alterColumn('First Name', { newName: 'name' }); }); op.renameTable('persons', 'humans');",
  ],
  'a table rebuilt by hand and given a new name': [
    `DROP VIEW grown; CREATE TABLE other (id INTEGER PRIMARY KEY, "First Name", age, nobody);
     INSERT INTO other SELECT id, "First Name", age, nobody FROM People; DROP TABLE People;
     ALTER TABLE other RENAME TO People; ALTER TABLE People RENAME TO persons; ALTER TABLE persons RENAME age TO years;`,
    'ALTER TABLE persons RENAME years TO "the years"; ALTER TABLE persons RENAME TO humans;',
  ],
  'a column whose values a new one of its name has taken': [
    `ALTER TABLE People RENAME "First Name" TO old; ALTER TABLE People ADD "First Name" TEXT NOT NULL DEFAULT '';
     UPDATE People SET "First Name" = upper(People.old), nobody = 1; ALTER TABLE People DROP old;`,
  ],
  'a table made and dropped again': ['CREATE TABLE scratch AS SELECT 1 AS n;', 'DROP TABLE scratch;'],
};

for (const [name, steps] of Object.entries(kept)) {
  test(`not lost: ${name}`, async (t) => {
    assert.deepEqual(await forecast(t, steps, 'down'), { kind: 'known', losses: [] });
  });
}

test('a schema that needs a function of the application is foreseen as any other', async (t) => {
  const folder = testFolder(t);
  const path = join(folder, 'app.db');
  const db = new Database(path);
  db.function('initial', { deterministic: true }, (name) => String(name).charAt(0));
  db.exec(
    'CREATE TABLE names (name TEXT); CREATE INDEX by_initial ON names (initial(name)); INSERT INTO names VALUES (1);',
  );
  db.close();
  const graph = loadGraph(revisionFolder(folder, { 'r0.sql': sqlRevision('r0', undefined, 'DROP TABLE names;') }));
  const stepsFrom = () => graph.revisions.map((revision) => ({ revision, direction: 'up' as const }));
  const found = await forecastLosses(
    { database: path, stepsFrom, extensions: [], arguments: {}, modules: 'run', patienceMs: 60_000 },
    new AbortController().signal,
  );
  assert.ok(found.kind === 'known');
  assert.deepEqual(
    found.losses.map(({ table, rows }) => ({ table, rows })),
    [{ table: 'names', rows: 1 }],
  );
});

test('a statement that cannot be read is not taken for one that drops nothing', async (t) => {
  const drop = 'ALTER TABLE People RENAME age TO "window"; ALTER TABLE People DROP COLUMN double;';
  const found = await forecast(t, [`${drop} ALTER TABLE People DROP COLUMN window; ALTER TABLE People ADD age;`]);
  assert.notDeepEqual(found, { kind: 'known', losses: [] });
  const schema = { rows: [], facts: { shadowTables: [], columns: new Map() } };
  const statements = [{ sql: 'ALTER TABLE people DROP ,', params: [], line: 7, origin: 'revision' }] as const;
  const step = { id: 'r0', direction: 'down', statements, conditions: [], readsRows: false, notes: [] } as const;
  const { parts, unreadable } = lostParts({ schemas: [schema, schema], steps: [step] });
  assert.deepEqual([parts, unreadable], [[], { revision: 'r0', line: 7 }]);
});

test('a module that asks for rows, or for what became of them, leaves it unknown', async (t) => {
  for (const query of [
    'SELECT 1 FROM People',
    'SELECT word FROM words',
    'SELECT changes()',
    'DELETE FROM empty RETURNING n',
  ]) {
    const found = await forecast(t, [`if (op.selectOne('${query}') !== undefined) op.dropTable('words');`], 'down');
    const why = 'revision r0 reads rows, and may behave differently if there are any';
    assert.deepEqual(found, { kind: 'unknown', why }, query);
  }
  const schemaOnly =
    "if (op.hasTable('empty') && op.selectValue('SELECT count(*) FROM sqlite_schema') > 0) op.dropTable('empty'); op.select('EXPLAIN QUERY PLAN SELECT 1');";
  assert.deepEqual(await forecast(t, [schemaOnly], 'down'), { kind: 'known', losses: [] });
});

test('a step that cannot be replayed without rows, or ends its process, leaves it unknown', async (t) => {
  const needsRows = await forecast(
    t,
    ["if (op.selectValue('SELECT count(*) FROM People') === 0) throw new Error('no one');"],
    'down',
  );
  assert.ok(needsRows.kind === 'unknown');
  assert.match(needsRows.why, /revision r0 failed at \S+r0\.ts:\d+: no one \(replayed in memory/);
  const refuses = await forecast(t, ["op.dropTable('empty'); op.cannotDowngrade('It is gone');"], 'down');
  assert.deepEqual(refuses, { kind: 'known', losses: [] }, 'the run says so, and loses nothing');
  const endless = 'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n;';
  const neverEnds = await forecast(t, [`op.execute(${JSON.stringify(endless)});`], 'down', { patienceMs: 1_500 });
  assert.deepEqual(neverEnds, { kind: 'unknown', why: 'in memory it takes longer than 1.5 s' });
  const left = await forecast(t, [`op.execute(${JSON.stringify(endless)});`, 'DROP TABLE People;'], 'up', {
    modules: 'leave',
  });
  assert.deepEqual(left, { kind: 'known', losses: [] }, 'no module is run');
  const exits = await forecast(t, ['op.execute("SELECT 1"); process.exit(3);'], 'down');
  assert.ok(exits.kind === 'unknown');
  assert.match(exits.why, /ended itself with exit code 3/);
});
