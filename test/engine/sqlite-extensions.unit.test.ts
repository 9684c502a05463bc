/** What `sqlite_extensions` names, loaded in this process. The promises attacked: the same answer everywhere, an honest exit. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import Database from 'better-sqlite3';
import { equipWith, openDatabase } from '../../src/engine/open-database.ts';
import { readEquipped } from '../../src/engine/read-equipped.ts';
import { codeOf, DrydockError, messageOf } from '../../src/errors.ts';
import { testFolder } from '../harness/files.ts';

const functions = `export default (db) => db
  .function('same', { deterministic: true }, (x) => x)
  .function('exact', { safeIntegers: true }, (x) => x + 1n)
  .function('count_of', { varargs: true }, (...all) => all.length)
  .function('type_of', (x) => Buffer.isBuffer(x) ? 'blob ' + x.toString('hex') : typeof x)
  .function('no_value', () => undefined)
  .function('fails', () => { throw new RangeError('boom'); })
  .function('fails_oddly', () => { throw 'boom'; })
  .function('truth', () => true)
  .function('later', async () => 1)
  .function('huge', () => 2n ** 64n)
  .aggregate('joined', { start: () => [], step: (all, x) => { all.push(x); }, result: (all) => all.join('-') })
  .aggregate('product', { start: 1, step: (total, x) => total * x })
  .aggregate('last', { step: (_, x) => x })
  .aggregate('moving', { start: 0, step: (total, x) => total + x, inverse: (total, x) => total - x })
  .aggregate('bad_step', { step: (_, x) => { throw new Error('in step'); } })
  .aggregate('bad_start', { start: () => { throw new Error('at first'); }, step: (_, x) => x })
  .aggregate('bad_result', { step: (_, x) => x, result: () => ({}) });
`;

const numbers = '(SELECT 1 AS x UNION SELECT 2 UNION SELECT 3)';

/** With what each gives; a pattern: of the error's message. */
const queries: Readonly<Record<string, unknown>> = {
  'SELECT same(1)': 1,
  "SELECT same('ä')": 'ä',
  'SELECT same(NULL)': null,
  "SELECT hex(same(x'00ff'))": '00FF',
  'SELECT same(9007199254740993)': 9007199254740992,
  'SELECT CAST(exact(9007199254740993) AS TEXT)': '9007199254740994',
  'SELECT count_of(1, 2, 3)': 3,
  'SELECT count_of()': 0,
  "SELECT type_of(x'01')": 'blob 01',
  'SELECT type_of(1)': 'number',
  'SELECT no_value()': null,
  [`SELECT joined(x) FROM ${numbers}`]: '1-2-3',
  [`SELECT product(x) FROM ${numbers}`]: 6,
  [`SELECT last(x) FROM ${numbers}`]: 3,
  [`SELECT joined(x) FROM ${numbers} WHERE 0`]: '',
  [`SELECT group_concat(m) FROM (SELECT moving(x) OVER (ROWS 1 PRECEDING) AS m FROM ${numbers})`]: '1.0,3.0,5.0',
  'SELECT fails()': /^fails\(\) of sqlite_extensions failed: boom$/,
  'SELECT fails_oddly()': /^fails_oddly\(\) of sqlite_extensions failed: boom$/,
  'SELECT truth()': /^truth\(\) .*returned a value that SQL does not have \(boolean\)$/,
  'SELECT later()': /^later\(\) .*\(Promise\)$/,
  'SELECT huge()': /^huge\(\) .*\(bigint\)$/,
  'SELECT bad_step(1)': /^bad_step\(\) .*in step$/,
  'SELECT bad_start(1)': /^bad_start\(\) .*at first$/,
  'SELECT bad_result(1)': /^bad_result\(\) .*\(Object\)$/,
  'SELECT same()': /wrong number of arguments/,
  "SELECT load_extension('x')": /not authorized/,
};

/** Writes modules. @returns Their paths. */
function modules(t: TestContext, files: Readonly<Record<string, string>>): string[] {
  const folder = testFolder(t);
  t.after(() => equipWith([]));
  return Object.entries(files).map(([name, text]) => {
    const path = join(folder, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
    return path;
  });
}

function outcome(read: () => unknown): unknown {
  try {
    return read();
  } catch (error) {
    assert.equal(codeOf(error), 'SQLITE_ERROR', String(error));
    return messageOf(error);
  }
}

test('the engine and the reading commands get the same from a module', async (t) => {
  const paths = modules(t, { 'functions.js': functions, 'app.db': '' });
  await equipWith(paths.slice(0, 1));
  const [, file = ''] = paths;
  new Database(file).exec('VACUUM').close();
  for (const [sql, expected] of Object.entries(queries)) {
    const connection = openDatabase(':memory:');
    const inEngine = outcome(() => connection.prepare(sql).pluck().get());
    connection.close();
    const inReader = outcome(() => readEquipped(file, (reader) => Object.values(reader.all(sql)[0] ?? {})[0]));
    if (expected instanceof RegExp) assert.match(String(inEngine), expected, sql);
    else assert.equal(inEngine, expected, sql);
    assert.equal(inReader, inEngine, sql);
  }
});

test('a module may register virtual tables', async (t) => {
  const paths = modules(t, {
    'tables.ts': `import type { SqliteRegistry } from 'sqlite-drydock';
      export default function register(db: SqliteRegistry): void {
        db.table('series', { columns: ['n'], *rows(most: number) { for (let n = 1; n <= most; n += 1) yield [n]; } });
        db.table('split', (text) => ({ columns: ['part'], *rows() { for (const part of text.split('-')) yield [part]; } }));
        db.table('broken', { columns: ['n'], *rows() { throw new Error('no rows'); } });
        db.table('unmade', () => { throw new Error('no table'); });
      }`,
  });
  await equipWith(paths);
  const db = openDatabase(':memory:');
  t.after(() => db.close());
  assert.deepEqual(db.prepare('SELECT n FROM series(3)').pluck().all(), [1, 2, 3]);
  db.exec('CREATE VIRTUAL TABLE parts USING split(a-b)');
  assert.deepEqual(db.prepare('SELECT part FROM parts').pluck().all(), ['a', 'b']);
  assert.match(String(outcome(() => db.prepare('SELECT n FROM broken').all())), /^broken\(\) .*no rows$/);
  assert.match(String(outcome(() => db.exec('CREATE VIRTUAL TABLE u USING unmade'))), /no table/);
});

const registers = 'export default (db) => { db.function("one", () => 1); };';

const accepted: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'of a CommonJS package': { 'package.json': '{"type":"commonjs"}', 'functions.js': registers },
  'in .mjs': { 'functions.mjs': registers },
  'in .mts': { 'functions.mts': registers },
  'that is CommonJS': { 'functions.cjs': 'module.exports = (db) => { db.function("one", () => 1); };' },
  'that awaits before it exports': { 'functions.js': `await null;\n${registers}` },
  'with a space and a # in its path': { 'my #1/functions.ts': registers },
};

for (const [name, files] of Object.entries(accepted)) {
  test(`a module is loaded: ${name}`, async (t) => {
    const paths = modules(t, files).filter((path) => !path.endsWith('.json'));
    await equipWith(paths);
    const db = openDatabase(':memory:');
    assert.equal(db.prepare('SELECT one()').pluck().get(), 1);
    db.close();
  });
}

const refused: Readonly<Record<string, readonly [file: string, text: string | undefined, why: RegExp]>> = {
  'a file that is not there': ['functions.ts', undefined, /there is no such file/],
  'a folder': ['functions.ts/x', '', /it is not a file/],
  'a module that cannot be parsed': [
    'functions.ts',
    'export default (',
    /functions\.ts of sqlite_extensions cannot be loaded: /,
  ],
  'a module that throws': ['functions.js', 'throw new Error("not today");', /not today/],
  'a module that lacks another': ['functions.js', 'import "./lost.js";', /lost\.js/],
  'no default export': ['functions.js', 'export const register = () => {};', /default export is not a function/],
  'an async one': ['functions.js', 'export default async () => { throw new Error("x"); };', /is async/],
  'one that fails': ['functions.js', 'export default () => { throw new Error("no db"); };', /no db/],
  'one that runs SQL': [
    'functions.js',
    'export default (db) => { db.exec("SELECT 1"); };',
    /db\.exec is not a function/,
  ],
  'a wrong registration': ['functions.js', 'export default (db) => { db.function("x"); };', /function/],
  'a loadable extension that is none': ['native.so', 'text', /no extension of SQLite for this system/],
};

for (const [name, [file, text, why]] of Object.entries(refused)) {
  test(`an honest exit: ${name} is refused with its path`, async (t) => {
    const [path = ''] = text === undefined ? [join(testFolder(t), file)] : modules(t, { [file]: text });
    await assert.rejects(equipWith([file.endsWith('/x') ? join(path, '..') : path]), (error) => {
      assert.ok(error instanceof DrydockError, String(error));
      assert.equal(error.code, 'USAGE');
      assert.match(error.message, why);
      return true;
    });
  });
}
