/** A schema that needs what its application brings to SQLite. The promises attacked: all or nothing, an honest exit. */
import assert from 'node:assert/strict';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import { loadConfig, upgrade, verify } from '../../src/index.ts';
import { journalModes } from '../harness/files.ts';
import { needsTools } from '../harness/tools.ts';
import { compile, down, extended, functions, native, up } from './helpers-sqlite-extensions.ts';

const statistics = 'statistics: [{ name: names, sql: SELECT names FROM all_names, rule: same }]\n';
const a1 = ['CREATE TABLE t (a); INSERT INTO t VALUES (1);', 'DROP TABLE t;'] as const;

for (const mode of journalModes) {
  test(`all or nothing: what a module registers is there in every step (${mode})`, async (t) => {
    const it = extended(
      t,
      ['functions.ts'],
      { 'functions.ts': functions },
      {
        a1: [up, `-- expect: rows books dropped\n-- expect: rows log dropped\n${down}`],
        b1: ["INSERT INTO books (name) VALUES ('The End');", "DELETE FROM books WHERE title_sort(name) = 'End';"],
        c1: ["INSERT INTO books (name) VALUES ('X');", ''],
      },
    );
    new Database(it.database).exec(`PRAGMA journal_mode = ${mode}`).close();
    appendFileSync(join(it.root, 'config/drydock.yaml'), statistics);
    assert.equal((await it.json<{ stopped: unknown }>('plan', 'a1')).stopped, null);
    await it.json('upgrade', 'a1');
    const db = new Database(it.database, { readonly: true });
    assert.deepEqual(db.prepare('SELECT line FROM log').pluck().all(), ['Sea', 'Emma']);
    db.close();
    const { statistics: values } = await it.json<{ statistics: { value: unknown }[] }>('stats');
    assert.equal(values[0]?.value, 'The Sea-Emma');
    // The statistic says `same`.
    await it.fails(21, 'rehearse', 'b1');
    writeFileSync(
      join(it.root, 'config/drydock.yaml'),
      readFileSync(join(it.root, 'config/drydock.yaml'), 'utf8').replace(statistics, ''),
    );
    await it.json('upgrade', 'b1');
    assert.equal((await it.json<{ refusal: unknown }>('doctor')).refusal, null);
    await it.json('snapshot', 'verify', 'latest');
    await it.json('snapshot', 'restore', 'latest', '--yes');
    const { verdict, rows } = await it.json<{ verdict: string; rows: unknown }>('verify');
    assert.deepEqual([verdict, rows], ['sound', { books: 2, log: 2 }]);
    // Its CHECK refuses it.
    assert.match(await it.fails(20, 'upgrade'), /CHECK constraint failed/);
    const { losses } = await it.json<{ losses: { table: string }[] }>('plan', '--down', 'base');
    assert.deepEqual(losses.map(({ table }) => table).toSorted(), ['books', 'log']);
    await it.json('downgrade', 'base', '--yes');
  });
}

test('a loadable extension brings collations too', needsTools('cc'), async (t) => {
  const table = `CREATE TABLE n (a TEXT COLLATE LOCALIZED, b INT CHECK (thrice(b) > 0)); CREATE INDEX i ON n (a, thrice(b));
    INSERT INTO n VALUES ('x', 2), ('y', 3);`;
  const it = extended(t, ['native.so'], { 'native.c': native }, { a1: [table, 'DROP TABLE n;'] });
  compile(it, 'native');
  await it.json('upgrade');
  assert.equal((await it.json<{ verdict: string }>('verify')).verdict, 'sound');
  await it.json('check');
  await it.json('snapshot', 'verify', 'latest');
});

test('a function that fails is a failure of its statement', async (t) => {
  const fails =
    'export default (db) => db.function("f", { deterministic: true }, (x) => { throw new Error("boom"); });';
  const works = fails.replace('throw new Error("boom")', 'return 1');
  const it = extended(
    t,
    ['f.js'],
    { 'f.js': works },
    {
      a1: ['CREATE TABLE t (a CHECK (f(a))); CREATE INDEX i ON t (f(a)); INSERT INTO t VALUES (1);', ''],
      b1: ['SELECT f(1);', ''],
    },
  );
  await it.json('upgrade', 'a1');
  writeFileSync(join(it.root, 'sqlite/f.js'), fails);
  const before = readFileSync(it.database);
  assert.match(await it.fails(12, 'verify'), /f\(\) of sqlite_extensions failed: boom/);
  assert.match(await it.fails(12, 'upgrade'), /f\(\) of sqlite_extensions failed: boom/);
  assert.deepEqual(readFileSync(it.database), before);
});

const otherwise = {
  'with other arguments': 'db.function("f", { deterministic: true }, () => 1)',
  'not as deterministic': 'db.function("f", (x) => x)',
  'for direct use only': 'db.function("f", { deterministic: true, directOnly: true }, (x) => x)',
  'as an aggregate': 'db.aggregate("f", { step: (_, x) => x })',
} as const;

test('an honest exit: a function that is registered otherwise is no damage', async (t) => {
  const fits = 'export default (db) => db.function("f", { deterministic: true }, (x) => x);';
  const it = extended(
    t,
    ['f.js'],
    { 'f.js': fits },
    { a1: ['CREATE TABLE t (a); CREATE INDEX i ON t (f(a)); INSERT INTO t VALUES (1);', ''], b1: ['SELECT 1;', ''] },
  );
  await it.json('upgrade', 'a1');
  for (const [name, registers] of Object.entries(otherwise)) {
    writeFileSync(join(it.root, 'sqlite/f.js'), `export default (db) => { ${registers}; };`);
    for (const verb of ['verify', 'upgrade'])
      assert.match(await it.fails(12, verb), /otherwise than it is registered/, name);
  }
});

const unloadable = {
  'one is missing': undefined,
  'one throws': 'throw new Error("not today");',
  'one ends the process': 'process.exit(0);',
} as const;

for (const [name, text] of Object.entries(unloadable)) {
  test(`an honest exit: ${name}, and nothing is locked or changed`, async (t) => {
    const it = extended(t, ['f.js'], text === undefined ? {} : { 'f.js': text }, { a1 });
    const before = readFileSync(it.database);
    for (const verb of ['upgrade', 'rehearse', 'plan', 'verify', 'stats'])
      assert.match(await it.fails(2, verb), /sqlite\/f\.js/, verb);
    const doctor = await it.run(['doctor', '--json']);
    assert.deepEqual([doctor.code, doctor.json<{ refusal: unknown }>().refusal], [2, 'USAGE']);
    assert.deepEqual(readFileSync(it.database), before);
    assert.ok(!existsSync(`${it.database}.drydock/run.json`));
    assert.ok(!existsSync(`${it.database}.snapshots`));
  });
}

test('an honest exit: a module that never returns is stopped at the deadline', async (t) => {
  const it = extended(t, ['f.js'], { 'f.js': 'for (;;);' }, { a1 });
  appendFileSync(join(it.root, 'config/drydock.yaml'), 'deadline: 2s\n');
  assert.match(await it.fails(23, 'upgrade'), /deadline/);
});

test('a revision still loads no extension itself', async (t) => {
  const it = extended(t, ['f.js'], { 'f.js': 'export default () => {};' }, { a1: ["SELECT load_extension('x');", ''] });
  assert.match(await it.fails(20, 'upgrade'), /not authorized/);
});

test('one program, two configs: each database has its own functions', async (t) => {
  const registers = (value: number) =>
    `export default (db) => db.function('f', { deterministic: true }, (x) => ${value});`;
  const made = [1, 2].map((value) =>
    extended(
      t,
      ['f.js'],
      { 'f.js': registers(value) },
      { a1: ['CREATE TABLE t (a); CREATE INDEX i ON t (f(a)); INSERT INTO t VALUES (f(0));', ''] },
    ),
  );
  const configs = await Promise.all(made.map(({ root }) => loadConfig({}, { cwd: root, env: {} })));
  await Promise.all(configs.map((config) => upgrade({ ...config, asRoot: 'allow' })));
  const verdicts = await Promise.all(configs.map(async (config) => (await verify(config)).verdict));
  assert.deepEqual(verdicts, ['sound', 'sound']);
  const values = made.map(({ database }) => {
    const db = new Database(database, { readonly: true });
    // Without the function the index is of no use, but the table is.
    const value: unknown = db.prepare('SELECT a FROM t NOT INDEXED').pluck().get();
    db.close();
    return value;
  });
  assert.deepEqual(values, [1, 2]);
});
