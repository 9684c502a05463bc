import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isContentPreserving, leadingKeywords, statementProblem } from '../../src/revisions/sql/statements.ts';

test('the leading keywords are the first bare words, at most four, in upper case', () => {
  assert.deepEqual(leadingKeywords('-- a\n/* b */ create unique /* c */ index if not exists i'), [
    'CREATE',
    'UNIQUE',
    'INDEX',
    'IF',
  ]);
  assert.deepEqual(leadingKeywords('DROP TABLE "a"'), ['DROP', 'TABLE']);
  assert.deepEqual(leadingKeywords('; ;COMMIT'), ['COMMIT']);
  assert.deepEqual(leadingKeywords("VALUES (1, 'never closed"), ['VALUES']);
  assert.deepEqual(leadingKeywords(' -- nothing'), []);
});

test('whatever begins or ends a transaction is refused inside one and allowed outside', () => {
  const statements = [
    'BEGIN',
    'begin immediate',
    'COMMIT TRANSACTION',
    'END',
    '/* x */ROLLBACK',
    'ROLLBACK TO a',
    'SAVEPOINT a',
    'RELEASE a',
    ';COMMIT',
  ];
  for (const sql of statements) {
    assert.match(statementProblem(sql, 'transaction') ?? '', /Drydock owns.*transaction: false/, sql);
    assert.equal(statementProblem(sql, 'autocommit'), undefined, sql);
  }
});

test('VACUUM is refused inside a transaction and allowed outside', () => {
  assert.match(statementProblem('VACUUM', 'transaction') ?? '', /^VACUUM cannot run inside.*transaction: false/);
  assert.equal(statementProblem('VACUUM', 'autocommit'), undefined);
});

test('a second file, the schema table, the locks, the durability and the size are out of bounds in both modes', () => {
  for (const sql of [
    "ATTACH 'b.db' AS b",
    'DETACH b',
    'PRAGMA writable_schema = 1',
    'PRAGMA locking_mode=EXCLUSIVE',
    'PRAGMA synchronous=OFF',
    'PRAGMA max_page_count = 3',
  ]) {
    for (const mode of ['transaction', 'autocommit'] as const) assert.ok(statementProblem(sql, mode), `${sql} ${mode}`);
  }
});

test('pragmas that do nothing, or fail, inside a transaction are refused there, each by its own sentence', () => {
  const names = ['foreign_keys', 'journal_mode', 'page_size', 'auto_vacuum', 'wal_checkpoint', 'encoding'];
  const sentences = names.map((name) => statementProblem(`PRAGMA ${name} = 1`, 'transaction') ?? '');
  for (const [index, sentence] of sentences.entries()) {
    assert.ok(sentence.startsWith(`PRAGMA ${names[index]} `), sentence);
    assert.doesNotMatch(sentence, /\.$/);
  }
  assert.equal(new Set(sentences).size, names.length);
  for (const name of names) assert.equal(statementProblem(`PRAGMA ${name} = 1`, 'autocommit'), undefined);
});

test('the sentence on foreign_keys says that enforcement is off and checked before the commit', () => {
  assert.match(statementProblem('PRAGMA foreign_keys = OFF', 'transaction') ?? '', /remove it.*off.*before the commit/);
});

test('a pragma is known in every spelling that SQLite takes', () => {
  const spellings = [
    'PRAGMA foreign_keys',
    'pragma FOREIGN_KEYS=off',
    'PRAGMA foreign_keys(0)',
    'PRAGMA main.foreign_keys = 0',
    'PRAGMA "main" . [foreign_keys] = 0',
    "PRAGMA 'foreign_keys' = 0",
    'PRAGMA `foreign_keys` = 0',
    'PRAGMA/**/foreign_keys/**/=0',
    'EXPLAIN PRAGMA foreign_keys = 0',
    'EXPLAIN QUERY PLAN PRAGMA main.foreign_keys = 0',
  ];
  for (const sql of spellings) assert.ok(statementProblem(sql, 'transaction'), sql);
});

test('ordinary statements and harmless pragmas have no problem', () => {
  const statements = [
    'CREATE TABLE a (x)',
    'INSERT INTO a VALUES (1)',
    'CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END',
    'PRAGMA legacy_alter_table = ON',
    'PRAGMA recursive_triggers = ON',
    'PRAGMA defer_foreign_keys = ON',
    'PRAGMA user_version = 3',
    'REINDEX',
    'SELECT "foreign_keys"',
    'CREATE TABLE begin_log (x)',
    'WITH c AS (SELECT 1) DELETE FROM a',
    '',
  ];
  for (const sql of statements) assert.equal(statementProblem(sql, 'transaction'), undefined, sql);
});

test('a journal that would not be on the disk is refused outside a transaction too', () => {
  const refused = [
    'PRAGMA journal_mode = MEMORY',
    'pragma main.journal_mode=off',
    'PRAGMA journal_mode(memory)',
    "PRAGMA journal_mode = 'memory'",
    'PRAGMA "journal_mode" = [Off]',
    'PRAGMA journal_mode = m',
    'EXPLAIN QUERY PLAN PRAGMA main.journal_mode = OFF',
  ];
  for (const sql of refused)
    assert.match(statementProblem(sql, 'autocommit') ?? '', /destroys the database: remove it$/, sql);
  const allowed = ['journal_mode', 'journal_mode = WAL', "main.journal_mode='delete'", 'journal_mode(truncate)'];
  for (const pragma of allowed) assert.equal(statementProblem(`PRAGMA ${pragma}`, 'autocommit'), undefined, pragma);
});

test('only statements that leave rows and schema alone preserve the content', () => {
  const preserving = [
    'VACUUM',
    'vacuum main',
    'ANALYZE',
    'ANALYZE comments',
    'REINDEX i',
    'PRAGMA journal_mode',
    'PRAGMA main.journal_mode = DELETE',
    'PRAGMA page_size = 8192',
    'PRAGMA auto_vacuum = FULL',
    'PRAGMA incremental_vacuum(10)',
    'PRAGMA wal_checkpoint(TRUNCATE)',
    'PRAGMA "optimize"',
  ];
  const changing = [
    "VACUUM INTO 'copy.db'",
    "VACUUM main INTO 'copy.db'",
    'PRAGMA user_version = 2',
    'PRAGMA writable_schema = 1',
    'INSERT INTO vacuum VALUES (1)',
    'DROP TABLE analyze_log',
    'COMMIT',
    '',
  ];
  for (const sql of preserving) assert.equal(isContentPreserving(sql), true, sql);
  for (const sql of changing) assert.equal(isContentPreserving(sql), false, sql);
});
