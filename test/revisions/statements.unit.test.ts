import assert from 'node:assert/strict';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import fc from 'fast-check';
import { splitStatements } from '../../src/revisions/sql/statements.ts';
import { failsWith } from './helpers.ts';

const texts = (sql: string) => splitStatements(sql).map((statement) => statement.sql);

const trigger = `CREATE TRIGGER log_change AFTER UPDATE ON comments BEGIN
  INSERT INTO log VALUES (CASE WHEN new.score > 0 THEN 'up; up' ELSE 'down' END);
  UPDATE totals SET n = n + 1;
END`;

test('statements end at their semicolons and lose only what stands before them', () => {
  assert.deepEqual(splitStatements('\n-- first\nSELECT 1 ;\n\n/* second\n; */ SELECT\n 2;'), [
    { sql: 'SELECT 1 ', line: 3 },
    { sql: 'SELECT\n 2', line: 6 },
  ]);
});

test('the last statement needs no semicolon and loses the blanks and comments after it', () => {
  assert.deepEqual(texts('SELECT 1; SELECT 2 -- the end\n /* truly */ \n'), ['SELECT 1', 'SELECT 2']);
});

test('comments inside a statement stay in it', () => {
  assert.deepEqual(texts('SELECT -- one;\n 1 /* two; */ + 1;'), ['SELECT -- one;\n 1 /* two; */ + 1']);
});

test('empty pieces and pieces of comments alone are no statements', () => {
  assert.deepEqual(texts(';;  ; -- nothing;\n ; /* nor; this */ ;\uFEFF;'), []);
  assert.deepEqual(texts(''), []);
});

test('semicolons in strings and in each kind of quoted name end nothing', () => {
  for (const quoted of ["'a;b'", "'it''s;'", '"a;b"', '"a"";b"', '`a;b`', '[a;b]', "x'3B;'", "';--'", "'/*;'"]) {
    assert.deepEqual(texts(`SELECT ${quoted}; SELECT 2`), [`SELECT ${quoted}`, 'SELECT 2'], quoted);
  }
});

test('a comment opener inside a string and a quote inside a comment mean nothing', () => {
  assert.deepEqual(texts("SELECT '--'; SELECT '/*'; -- it's\nSELECT 3; /* \" */ SELECT 4"), [
    "SELECT '--'",
    "SELECT '/*'",
    'SELECT 3',
    'SELECT 4',
  ]);
});

test('block comments do not nest, as in SQLite', () => {
  assert.deepEqual(texts('/* a /* b */ SELECT 1; /*/ SELECT 2; */ SELECT 3'), ['SELECT 1', 'SELECT 3']);
});

test('a trigger stays whole, with its CASE … END and its semicolons', () => {
  assert.deepEqual(texts(`${trigger};\nSELECT 1;`), [trigger, 'SELECT 1']);
});

test('a trigger is known in every spelling of its beginning', () => {
  for (const opening of [
    'CREATE TEMP',
    'create temporary',
    'CREATE/* a */',
    'EXPLAIN CREATE',
    'EXPLAIN QUERY PLAN CREATE',
  ]) {
    const sql = `${opening} TRIGGER t AFTER DELETE ON a BEGIN SELECT 1; SELECT 2; END`;
    assert.deepEqual(texts(`${sql} -- done\n ; SELECT 3`), [`${sql} -- done\n `, 'SELECT 3'], opening);
  }
});

test('a trigger whose END has no semicolon may end the script', () => {
  assert.deepEqual(texts(`SELECT 1; ${trigger}\n`), ['SELECT 1', trigger]);
});

test('a table with a name like a keyword is no trigger', () => {
  assert.deepEqual(texts('CREATE TABLE trigger_log (a); CREATE TABLE "trigger" (a); DROP TRIGGER t; SELECT 1'), [
    'CREATE TABLE trigger_log (a)',
    'CREATE TABLE "trigger" (a)',
    'DROP TRIGGER t',
    'SELECT 1',
  ]);
});

test('letters beyond ASCII are letters, and have no case', () => {
  assert.deepEqual(texts('CREATE triggerö; CREATE trıgger; END'), ['CREATE triggerö', 'CREATE trıgger', 'END']);
});

test('line endings of Windows are kept in a statement and counted as one line', () => {
  assert.deepEqual(splitStatements('SELECT 1;\r\nSELECT\r\n2;\r\nSELECT 3'), [
    { sql: 'SELECT 1', line: 1 },
    { sql: 'SELECT\r\n2', line: 2 },
    { sql: 'SELECT 3', line: 4 },
  ]);
});

test('lines are counted from where the script stands in its file', () => {
  assert.deepEqual(splitStatements('\nSELECT 1', 40), [{ sql: 'SELECT 1', line: 41 }]);
});

test('what is never closed is an error that names the file and the line where it starts', () => {
  const cases: [sql: string, name: RegExp][] = [
    ["SELECT\n 'open; SELECT 2", /^m\.sql:6: the string .* never closed/],
    ['SELECT\n "open', /^m\.sql:6: the quoted name .* never closed/],
    ['SELECT\n [open', /^m\.sql:6: the quoted name .* never closed/],
    ['SELECT 1;\n /* open *', /^m\.sql:6: the comment .* never closed/],
    ['\nCREATE TRIGGER t AFTER DELETE ON a BEGIN SELECT 1;', /^m\.sql:6: the trigger .* never closed/],
    ['\nCREATE TRIGGER t AFTER DELETE ON a BEGIN SELECT CASE 1 WHEN 1 THEN 2 END', /^m\.sql:6: the trigger/],
  ];
  for (const [sql, name] of cases) failsWith('USAGE', [name], () => splitStatements(sql, 5, 'm.sql'));
});

test('a NUL byte is an error wherever it hides, since SQLite would run only what precedes it', () => {
  for (const sql of ['SELECT 1;\n\0DROP TABLE a', "SELECT\n'a\0b'", '\n-- a\0b']) {
    failsWith('USAGE', [/^SQL:2: .*NUL/], () => splitStatements(sql));
  }
});

test('the statements of a script do what SQLite does with the script', () => {
  const script = `-- a schema; with traps
CREATE TABLE comments (id INTEGER PRIMARY KEY, body TEXT DEFAULT 'a;b', score REAL); /* ; */
CREATE TABLE log (entry TEXT);;
CREATE TABLE totals (n INTEGER); INSERT INTO totals VALUES (0);
${trigger};
INSERT INTO comments (score) VALUES (1), (-1);
UPDATE comments SET score = score * 2 -- fires; twice
`;
  const dump = (fill: (database: Database.Database) => void) => {
    const database = new Database(':memory:');
    fill(database);
    const read = (sql: string) => database.prepare(sql).all();
    return [read('SELECT name, sql FROM sqlite_schema'), read('SELECT * FROM log'), read('SELECT * FROM totals')];
  };
  const statements = splitStatements(script);
  const split = dump((database) => {
    for (const { sql } of statements) database.prepare(sql).run();
  });
  assert.equal(statements.length, 7);
  assert.deepEqual(split[2], [{ n: 2 }]);
  assert.deepEqual(
    split,
    dump((database) => database.exec(script)),
  );
});

const plainToken = fc.constantFrom(
  'a',
  '1',
  '+',
  '(',
  ')',
  ',',
  '.',
  'CASE',
  'END',
  'BEGIN',
  'TRIGGER',
  'é',
  '@x',
  '/',
  '-',
);
const text = fc.string({ unit: fc.constantFrom('a', ';', '-', '/', '*', '\n', ' ', '"', '['), maxLength: 8 });
const quotedToken = text.map((inside) => `'${inside}'`);
const comment = fc.constantFrom('/* ; */', "/* it's */", '-- ;\n', '-- "\n', '/**/');
const tail = fc.array(fc.oneof(plainToken, quotedToken, comment), { maxLength: 6 });
// A comment at the very end would be dropped from a last statement without a semicolon.
const plainStatement = fc
  .tuple(fc.constantFrom('SELECT', 'INSERT', 'UPDATE', 'DROP', 'EXPLAIN SELECT'), tail)
  .map(([verb, rest]) => [verb, ...rest, 'z'].join(' '));
const triggerStatement = fc
  .array(plainStatement, { minLength: 1, maxLength: 3 })
  .map((body) => `CREATE TEMP TRIGGER t AFTER INSERT ON a BEGIN ${body.join(';\n')}; END`);

test('property: statements joined with semicolons split into the same statements', () => {
  const statements = fc.array(fc.oneof(plainStatement, triggerStatement), { maxLength: 6 });
  fc.assert(
    fc.property(statements, fc.constantFrom(';', ' ;\n', ';;', '; -- c;\n'), (wanted, separator) => {
      const found = splitStatements(wanted.join(separator));
      assert.deepEqual(
        found.map(({ sql }) => sql.trimEnd()),
        wanted,
      );
    }),
    { numRuns: 500 },
  );
});

test('property: each statement stands in the script, on the line that it names', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(plainStatement, triggerStatement), { maxLength: 6 }), (wanted) => {
      const script = wanted.join(';\n\n');
      const lines = script.split('\n');
      for (const { sql, line } of splitStatements(script)) {
        assert.ok(lines[line - 1]?.includes(sql.split('\n')[0] ?? '?'));
      }
    }),
    { numRuns: 200 },
  );
});
