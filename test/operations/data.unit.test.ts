/** bulkInsert, updateInBatches, parameters, the select helpers and cannotDowngrade. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CannotDowngrade } from '../../src/operations/cannot-downgrade.ts';
import type { NewRow } from '../../src/operations/rows.ts';
import { column, dump, openDatabase, operationsOn } from './database.ts';
import { toldOperations } from './notes.ts';
import { refused } from './refusal.ts';

test('bulkInsert stores every value as what it is', () => {
  const db = openDatabase('CREATE TABLE t (a TEXT, b, "c d" INTEGER)');
  const op = operationsOn(db);
  op.bulkInsert('t', [
    { a: 5, b: 5, 'c d': true },
    { 'c d': 2n ** 62n, a: null, b: 1.5 },
    { a: "it's", b: new Uint8Array([0, 255]), 'c d': -0 },
  ]);
  assert.deepEqual(db.prepare("SELECT quote(a) || ' ' || quote(b) || ' ' || quote(\"c d\") FROM t").pluck().all(), [
    "'5' 5 1",
    'NULL 1.5 4611686018427387904',
    "'it''s' X'00FF' 0",
  ]);
  op.bulkInsert('t', []);
  op.bulkInsert(
    't',
    Array.from({ length: 12_345 }, (_, a): NewRow => ({ a, b: 'many' })),
  );
  assert.deepEqual(column(db, "SELECT count(*) FROM t WHERE b = 'many' AND a = rowid - 4"), [12_345]);
});

test('an honest report: an integer that no number can hold is read as a bigint, and every other one as a number', () => {
  const ids = [2n ** 53n + 1n, 2n ** 53n, 2n ** 53n - 1n, 5n, -(2n ** 62n), -(2n ** 53n) + 1n];
  const db = openDatabase(`CREATE TABLE posts (id INTEGER PRIMARY KEY, author);
    CREATE TABLE copies (id INTEGER PRIMARY KEY, author)`);
  const op = operationsOn(db);
  op.bulkInsert(
    'posts',
    ids.map((id) => ({ id, author: `author ${id}` })),
  );
  for (const { id, author } of op.select<{ id: number; author: string }>('SELECT * FROM posts')) {
    op.execute('INSERT INTO copies VALUES (?, ?)', id, author);
    op.execute("UPDATE posts SET author = author || '!' WHERE id = ?", id);
  }
  assert.deepEqual(
    column(db, "SELECT count(*) FROM copies JOIN posts USING (id) WHERE posts.author = copies.author || '!'"),
    [ids.length],
  );
  const read = op.selectColumn('SELECT id FROM posts ORDER BY id');
  assert.deepEqual(read, [-(2n ** 62n), -9007199254740991, 5, 9007199254740991, 2n ** 53n, 2n ** 53n + 1n]);
  assert.equal(op.selectValue('SELECT 9007199254740993'), 9007199254740993n);
  assert.deepEqual(op.selectOne('SELECT 1.5 AS a, 9007199254740993.0 AS b'), { a: 1.5, b: 9007199254740992 });
});

test('bulkInsert is all or nothing, and names the row and the column that is wrong', () => {
  const db = openDatabase('CREATE TABLE t (a UNIQUE, b)');
  const before = dump(db);
  const op = operationsOn(db);
  assert.throws(
    () => op.bulkInsert('t', [{ a: 1, b: 2 }, { a: 1 }]),
    refused(/row 2 of op\.bulkInsert has the columns \(a\), and the first row has \(a, b\)/),
  );
  assert.throws(() => op.bulkInsert('t', [{}]), refused(/row 1/));
  assert.throws(() => op.bulkInsert('t', [{ a: Number.NaN }]), refused(/no type for the value of t\.a: NaN/));
  const rows: NewRow[] = JSON.parse('[{"a": {"b": 1}}]');
  assert.throws(() => op.bulkInsert('t', rows), refused(/no type for the value of t\.a/));
  const many = Array.from({ length: 9000 }, (_, a): NewRow => ({ a: a % 8999 }));
  assert.throws(() => op.bulkInsert('t', many), /UNIQUE constraint failed/);
  assert.deepEqual(dump(db), before);
});

test('parameters are bound as they are meant, by place and by name', () => {
  const db = openDatabase('CREATE TABLE t (a TEXT)');
  const op = operationsOn(db);
  op.execute('INSERT INTO t VALUES (?), (?)', 5, true);
  op.execute('INSERT INTO t VALUES (:a)', { a: 7 });
  op.execute('INSERT INTO t VALUES (\'{"k": ":word"}\')');
  assert.deepEqual(op.selectColumn('SELECT a FROM t'), ['5', '1', '7', '{"k": ":word"}']);
  assert.deepEqual(op.selectOne<{ a: string }>('SELECT a FROM t WHERE a = ?', '7'), { a: '7' });
  assert.equal(op.selectOne('SELECT a FROM t WHERE a = :a', { a: 'none' }), undefined);
  assert.equal(op.selectValue<number>('SELECT count(*) FROM t'), 4);
  assert.equal(op.selectValue('SELECT a FROM t WHERE FALSE'), undefined);
  assert.throws(() => op.execute('INSERT INTO t VALUES (?)', new Date()), refused(/parameter 1: a Date/));
  assert.throws(() => op.execute('INSERT INTO t VALUES (:a)', { a: undefined }), refused(/value of :a: undefined/));
});

const keys = [
  ['a rowid', 'CREATE TABLE t (n, m)', (n: number) => `INSERT INTO t (rowid, n) VALUES (${n * 1000}, ${n})`],
  [
    'rowids beyond 2^53',
    'CREATE TABLE t (n, m)',
    (n: number) => `INSERT INTO t (rowid, n) VALUES (9007199254740000000 + ${n}, ${n})`,
  ],
  [
    'an INTEGER PRIMARY KEY',
    'CREATE TABLE t (id INTEGER PRIMARY KEY, n, m)',
    (n: number) => `INSERT INTO t VALUES (${-n}, ${n}, 0)`,
  ],
  [
    'a key of several columns',
    'CREATE TABLE t (k TEXT COLLATE NOCASE, l, n, m, PRIMARY KEY (k, l DESC)) WITHOUT ROWID',
    (n: number) =>
      `INSERT INTO t VALUES (char(${65 + (n % 3)}, 0, 39), ${n % 2 === 0 ? `${n} / 7.0` : `x'0${n % 10}' || ${n}`}, ${n}, 0)`,
  ],
  [
    'a rowid column that is called k0',
    'CREATE TABLE t (k0 INTEGER PRIMARY KEY, n, m)',
    (n: number) => `INSERT INTO t VALUES (${n}, ${n}, 0)`,
  ],
  [
    'a key of columns that are called k1 and k0',
    'CREATE TABLE t (k1, k0, n, m, PRIMARY KEY (k1, k0)) WITHOUT ROWID',
    (n: number) => `INSERT INTO t VALUES (${n % 3}, ${n}, ${n}, 0)`,
  ],
] as const;

for (const [name, create, insert] of keys) {
  test(`updateInBatches looks at every row once: ${name}`, () => {
    const db = openDatabase(create);
    for (let n = 1; n <= 25; n += 1) db.exec(insert(n));
    const { op, progress } = toldOperations(db);
    assert.equal(op.updateInBatches('T', { set: { m: 'ifnull(m, 0) + n' }, where: 'n <> 13', batchSize: 10 }), 24);
    assert.deepEqual(column(db, 'SELECT n FROM t WHERE m IS NOT n'), [13]);
    assert.deepEqual(progress, ['backfill of t 10/25', 'backfill of t 20/25', 'backfill of t 25/25']);
    assert.equal(op.updateInBatches('t', { set: { m: '1' } }), 25);
  });
}

test('updateInBatches updates no row twice where a conflict takes rows out meanwhile', () => {
  const db = openDatabase(
    'CREATE TABLE t (id INTEGER PRIMARY KEY, sku TEXT UNIQUE ON CONFLICT REPLACE, price INTEGER)',
  );
  const insert = db.prepare('INSERT INTO t (sku, price) VALUES (?, 100)');
  for (const letter of ['a', 'A']) for (let n = 1; n <= 20; n += 1) insert.run(`${letter}${n}`);
  operationsOn(db).updateInBatches('t', { set: { sku: 'upper(sku)', price: 'price * 2' }, batchSize: 10 });
  assert.deepEqual(column(db, 'SELECT DISTINCT price FROM t'), [200]);
  assert.deepEqual(column(db, 'SELECT count(*) FROM t'), [20]);
});

test('updateInBatches leaves no row out where a trigger adds rows meanwhile', () => {
  const db = openDatabase(`
    CREATE TABLE t (id INTEGER PRIMARY KEY, n);
    CREATE TRIGGER doubled AFTER UPDATE ON t WHEN new.id % 2 = 0 BEGIN INSERT INTO t VALUES (new.id + 1, 'added'); END;
  `);
  for (let n = 1; n <= 20; n += 1) db.exec(`INSERT INTO t VALUES (${2 * n}, ${n})`);
  operationsOn(db).updateInBatches('t', { set: { n: "'seen'" }, batchSize: 5 });
  assert.deepEqual(column(db, "SELECT count(*) FROM t WHERE id % 2 = 0 AND n <> 'seen'"), [0]);
});

test('updateInBatches refuses what would see its own batches', () => {
  const op = operationsOn(
    openDatabase(`
      CREATE TABLE t (id INTEGER PRIMARY KEY, n, sum); CREATE TABLE u (id INTEGER PRIMARY KEY, n); CREATE VIEW v AS SELECT n FROM t;
      INSERT INTO t VALUES (1, 2, 0), (2, 3, 0); INSERT INTO u VALUES (1, 5);
    `),
  );
  for (const [read, set, where] of [
    ['t', 'n / (SELECT sum(n) FROM main.T)', undefined],
    ['v', '(SELECT max(n) FROM v)', undefined],
    ['t', '1', 'n NOT IN (SELECT n FROM t)'],
  ] as const) {
    const update = { set: { n: set }, ...(where !== undefined && { where }) };
    assert.throws(
      () => op.updateInBatches('t', update),
      refused(new RegExp(`updateInBatches of t reads ${read} `, 'i')),
    );
  }
  assert.equal(op.updateInBatches('t', { set: { sum: '(SELECT u.n FROM u WHERE u.id = t.id)' } }), 2);
});

test('updateInBatches refuses what would lose its place', () => {
  const op = operationsOn(openDatabase('CREATE TABLE t (id INTEGER PRIMARY KEY, n); INSERT INTO t VALUES (1, 2);'));
  assert.throws(
    () => op.updateInBatches('t', { set: { ID: 'id + 1' } }),
    refused(/cannot set ID, the key that divides t into batches/),
  );
  for (const alias of ['rowid', '_ROWID_', 'oid'])
    assert.throws(
      () => op.updateInBatches('t', { set: { [alias]: 'id + 1' } }),
      refused(/the key that divides t into batches/),
    );
  assert.throws(
    () => op.updateInBatches('t', { set: { n: '1' }, batchSize: 0 }),
    refused(/batchSize of op.updateInBatches must be a positive integer, and is 0/),
  );
  assert.throws(() => op.updateInBatches('t', { set: { n: '1, id = 2' } }), refused(/is not one SQL expression/));
  assert.throws(() => op.updateInBatches('absent', { set: { n: '1' } }), refused(/there is no table/));
});

test('cannotDowngrade says the author’s words', () => {
  const op = operationsOn(openDatabase(''));
  const check = (error: unknown) =>
    error instanceof CannotDowngrade && refused(/^The old codes are gone\. Restore a snapshot/)(error);
  assert.throws(() => op.cannotDowngrade('The old codes are gone.'), check);
  assert.throws(() => {
    throw new CannotDowngrade('The old codes are gone');
  }, check);
});
