import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checksum } from '../../src/revisions/files/checksum.ts';
import { parseSqlRevision } from '../../src/revisions/files/sql-file.ts';
import { failsWith } from './helpers.ts';

const path = '/app/migrations/003_engagement_score.sql';
const whole = `-- revision: 003_engagement_score
-- revises: 002_weighted_sentiment
-- message: Score every comment
-- Written for the summer release; the weights are in the wiki.

-- migrate:up
-- expect: rows comments -10
ALTER TABLE comments ADD COLUMN engagement_score REAL;
CREATE TRIGGER touch AFTER UPDATE ON comments BEGIN
  UPDATE totals SET n = n + 1; -- expect: rows "old ""odd"" table" dropped
END;

-- migrate:down
-- expect: rows comments +5
-- expect: rows log fewer
-- expect: broken view "all names"
-- expect: broken foreign-key likes
DROP TRIGGER touch;
ALTER TABLE comments DROP COLUMN engagement_score
`;

/** A file with this header below its id, and these sections. */
const file = (header: string, up = '', down = '') =>
  `-- revision: a1\n${header}\n-- migrate:up\n${up}\n-- migrate:down\n${down}\n`;
const parse = (text: string) => parseSqlRevision(text, path);
const fails = (text: string, ...patterns: RegExp[]) => failsWith('USAGE', patterns, () => parse(text));

test('a whole file is read into a revision', () => {
  assert.deepEqual(parse(whole), {
    id: '003_engagement_score',
    revises: ['002_weighted_sentiment'],
    dependsOn: [],
    branchLabels: [],
    message: 'Score every comment',
    path,
    checksum: checksum(whole),
    transaction: true,
    expect: {
      up: [
        { table: 'comments', rows: -10 },
        { table: 'old "odd" table', rows: 'dropped' },
      ],
      down: [
        { table: 'comments', rows: 5 },
        { table: 'log', rows: 'fewer' },
        { broken: 'all names', kind: 'view' },
        { broken: 'likes', kind: 'foreign key' },
      ],
    },
    body: {
      kind: 'sql',
      up: [
        { sql: 'ALTER TABLE comments ADD COLUMN engagement_score REAL', line: 8 },
        {
          sql: 'CREATE TRIGGER touch AFTER UPDATE ON comments BEGIN\n  UPDATE totals SET n = n + 1; -- expect: rows "old ""odd"" table" dropped\nEND',
          line: 9,
        },
      ],
      down: [
        { sql: 'DROP TRIGGER touch', line: 18 },
        { sql: 'ALTER TABLE comments DROP COLUMN engagement_score', line: 19 },
      ],
    },
  });
});

test('a file with CRLF and a BOM is the same revision, statements and lines included', () => {
  assert.deepEqual(parse(`\uFEFF${whole.replaceAll('\n', '\r\n')}`), parse(whole));
});

test('a file in which the down section comes first is read all the same', () => {
  const { body } = parse('-- revision: a1\n-- migrate:down\nDROP TABLE t;\n-- migrate:up\nCREATE TABLE t (x);\n');
  assert.deepEqual(body, {
    kind: 'sql',
    up: [{ sql: 'CREATE TABLE t (x)', line: 5 }],
    down: [{ sql: 'DROP TABLE t', line: 3 }],
  });
});

test('dependencies and branch labels are lists with commas, and `none` is none', () => {
  const { dependsOn, branchLabels } = parse(file('-- depends-on: b1, main\n-- branch-labels: x,y'));
  assert.deepEqual(
    [dependsOn, branchLabels],
    [
      ['b1', 'main'],
      ['x', 'y'],
    ],
  );
  assert.deepEqual(parse(file('-- depends-on: none')).dependsOn, []);
});

test('a dependency or a branch label that cannot be one is an error that names the line', () => {
  fails(file('-- depends-on: b1, b1'), /:2: .*its dependency 'b1' twice/);
  fails(file('-- depends-on: heads'), /:2: .*'heads' is reserved/);
  fails(file('-- depends-on:'), /:2: a revision id may not be empty/);
  fails(file('-- branch-labels: a@b'), /:2: the branch label 'a@b' may not contain '@'/);
  fails(file('-- branch-labels: x, x'), /:2: .*its branch label 'x' twice/);
  fails(file('-- branch-labels: base'), /:2: the branch label 'base' is reserved/);
});

test('a dependency or label header in another spelling is no prose', () => {
  for (const key of [
    'depends_on',
    'dependson',
    'Depends-On',
    'depend-on',
    'branch-label',
    'branch_labels',
    'Branch-Labels',
  ]) {
    fails(
      file(`-- ${key}: b1`),
      /is not a header of a revision: valid headers are .*`-- depends-on:`, `-- branch-labels:`/,
    );
  }
  assert.equal(parse(file('-- re-run: it may be run twice')).id, 'a1');
});

test('no `revises`, or `none`, is a first revision; commas make a merge', () => {
  assert.deepEqual(parse(file('')).revises, []);
  assert.deepEqual(parse(file('-- revises: none')).revises, []);
  assert.deepEqual(parse(file('-- revises: b1 ,c1')).revises, ['b1', 'c1']);
});

test('the message is the id in words where the header has none', () => {
  assert.equal(parse('-- revision: 003_engagement_score\n-- migrate:up\n-- migrate:down').message, 'engagement score');
  assert.equal(parse('-- revision: 003\n-- migrate:up\n-- migrate:down').message, '003');
  assert.equal(parse(file('-- message:')).message, 'a1');
});

test('a marker inside a string or a block comment is none', () => {
  const { body } = parse(
    file('/*\n-- migrate:up\n*/', "INSERT INTO t VALUES ('\n-- migrate:down\n'); /*\n-- migrate:down\n*/"),
  );
  assert.ok(body.kind === 'sql');
  assert.deepEqual([body.up.length, body.down.length], [1, 0]);
});

test('prose in the header is left alone', () => {
  for (const prose of [
    '-- see https://sqlite.org',
    '-- https://sqlite.org',
    '-- Create Date: 2026-08-01',
    '-- TODO: later',
    '/* revison: x */',
  ]) {
    assert.equal(parse(file(prose)).id, 'a1', prose);
  }
});

test('a header key that is not known is an error that names the known ones', () => {
  for (const line of ['-- revison: a2', '-- down_revision: a0', '-- Revises: a0', '-- TRANSACTION: false']) {
    fails(file(line), /^\/app\/.*\.sql:2: .*`-- revision:`, `-- revises:`, `-- message:`, `-- transaction:`/);
  }
});

test('a header key that stands twice is an error', () => {
  fails(file('-- message: x\n-- message: y'), /:3: duplicate header `-- message:`/);
  fails(file('-- revision: a2'), /:2: duplicate header `-- revision:`/);
});

test('a header or an expectation on the wrong side of the marker is an error, not ignored', () => {
  fails(file('-- expect: rows t dropped'), /:2: .*expect.*below/);
  fails(file('', '-- transaction: false'), /:4: `-- transaction:` belongs in the header/);
});

test('a comment on a column may look like a header', () => {
  const { body } = parse(file('', 'CREATE TABLE t (\n  -- revision: of the text\n  r INTEGER -- message: none\n);'));
  assert.ok(body.kind === 'sql');
  assert.equal(body.up.length, 1);
});

test('a file without an id, or without one of the markers, is an error', () => {
  fails('-- migrate:up\n-- migrate:down', /:1: .*no `-- revision: <id>`/);
  fails('-- revision: a1\n-- migrate:down', /no `-- migrate:up`/);
  fails('-- revision: a1\n-- migrate:up\nSELECT 1;', /no `-- migrate:down`.*may be empty/);
  fails('', /:1: .*no `-- revision: <id>`/);
});

test('of a text that was read before, the sections are read when something asks for them', () => {
  const text = '-- revision: a1\n-- migrate:up\nCREATE TABLE t (x);\n-- migrate:down\nDROP TABLE t;\n';
  const whole = parse(text);
  assert.deepEqual(parseSqlRevision(text, path, new Set([whole.checksum])), whole);

  const broken = "-- revision: a1\n-- migrate:up\nSELECT 'a;\n-- migrate:down\n";
  fails(broken, /:3: the string/);
  const unread = parseSqlRevision(broken, path, new Set([checksum(broken)]));
  assert.equal(unread.id, 'a1');
  failsWith('USAGE', [/:3: the string/], () => unread.body);
});

test('a marker that stands twice or is misspelt is an error', () => {
  fails(file('', '-- migrate:up'), /:4: duplicate marker `-- migrate:up`/);
  fails(file('', '-- migrate:dwon'), /:4: '-- migrate:dwon' is no marker/);
  fails(file('', '-- migrate:down transaction:false'), /:4: .*is no marker/);
});

test('SQL before the first marker is an error', () => {
  fails(file('CREATE TABLE t (x);'), /:2: SQL before/);
  fails('-- revision: a1\n;\n-- migrate:up\n-- migrate:down', /:2: SQL before/);
});

test('an id may not be empty, reserved, or hold what an address is made of', () => {
  for (const id of ['', 'a b', 'a@b', 'a-b', 'a+b', 'a:b', 'a,b', 'head', 'base', 'none']) {
    fails(`-- revision: ${id}\n-- migrate:up\n-- migrate:down`, /\.sql:1: .*revision id/);
  }
  fails(file('-- revises: b1,,c1'), /:2: a revision id may not be empty/);
  fails(file('-- revises: b1, b1'), /:2: .*'b1' twice/);
});

test('statements are checked for the mode that the header asks for', () => {
  fails(file('', 'SELECT 1;\nVACUUM;'), /\.sql:5: VACUUM cannot run inside a transaction/);
  fails(file('-- transaction: true', '', 'COMMIT;'), /\.sql:6: COMMIT/);
  const revision = parse(file('-- transaction: false', 'VACUUM;'));
  assert.equal(revision.transaction, false);
  fails(file('-- transaction: false', "ATTACH 'x' AS x;"), /:4: ATTACH/);
  fails(file('-- transaction: no'), /:2: .*'no'.*true or false/);
});

test('an expectation that cannot be read is an error that shows how to write it', () => {
  const wrong = [
    'rows comments',
    'rows comments 10',
    'rows comments -1.5',
    'comments -10',
    'rows comments gone',
    'rows a b -1',
    'rows t -99999999999999999999',
    'nulls',
    'nulls comments',
    'nulls comments.author_id -1',
    'nulls a.b.c',
    'nulls a b.c',
  ];
  for (const expectation of wrong)
    fails(file('', `-- expect: ${expectation}`), /:4: .*cannot be read.*rows comments -10/);
});

test('a revision announces values that foreign keys lose to NULL', () => {
  const { expect } = parse(file('', '-- expect: nulls comments.author_id', '-- expect: nulls "odd ""t"""."a.b"'));
  assert.deepEqual(expect, {
    up: [{ table: 'comments', nulls: 'author_id' }],
    down: [{ table: 'odd "t"', nulls: 'a.b' }],
  });
  fails(file('', '-- expect: nulls t.a\n-- expect: nulls "T".A'), /:5: duplicate .*'T\.A'/);
});

test('two expectations of one table in one direction are an error', () => {
  fails(file('', '-- expect: rows t -1\n-- expect: rows "T" dropped'), /:5: duplicate .*'T'/);
  const { expect } = parse(file('', '-- expect: rows t -1', '-- expect: rows t +1'));
  assert.deepEqual(expect, { up: [{ table: 't', rows: -1 }], down: [{ table: 't', rows: 1 }] });
});

test('what is never closed is an error on the line where it starts', () => {
  fails(file('', "SELECT 'open"), /\.sql:4: the string/);
  fails(file('', 'CREATE TRIGGER t AFTER DELETE ON a BEGIN SELECT 1;'), /\.sql:4: the trigger/);
  fails(file('', 'SELECT \0 1'), /\.sql:4: .*NUL/);
});

test('a carriage return that Git cannot have written is refused, with its line', () => {
  const alone = file('', "INSERT INTO t VALUES ('a\rb');");
  fails(alone, /003_engagement_score\.sql:4: a carriage return that ends no line/, /char\(13\)/);
  fails(file('', "SELECT 1; -- '\rDROP TABLE t;"), /:4: a carriage return that ends no line/);
  const inString = file('', "SELECT 1;\nINSERT INTO t VALUES ('a\r\nb');");
  fails(inString, /:5: a carriage return inside quotes, in a file whose other lines end without one/, /char\(13\)/);
});

test('a file that Git wrote with CRLF is the same revision, and one with both kinds of line endings is read', () => {
  const inString = file('', "INSERT INTO t VALUES ('a\nb');");
  assert.deepEqual(parse(inString.replaceAll('\n', '\r\n')), parse(inString));
  assert.deepEqual(parse(inString.replace('\n', '\r\n')), parse(inString));
});
