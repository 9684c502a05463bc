import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { loadRevisions } from '../../src/revisions/files/load.ts';
import { failsWith } from './helpers.ts';

const sql = (id: string) => `-- revision: ${id}\n-- migrate:up\n-- migrate:down\n`;
const module = (id: string) =>
  `export const revision = '${id}';\nexport function upgrade() {}\nexport function downgrade() {}\n`;

function folderOf(context: TestContext, files: Record<string, string | Uint8Array>): string {
  const folder = mkdtempSync(join(tmpdir(), 'drydock-load-'));
  context.after(() => rmSync(folder, { recursive: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

test('honest exit: everything that is refused in any file is named at once, by file and line', (context) => {
  const up = (id: string, ...lines: readonly string[]) =>
    [`-- revision: ${id}`, '-- migrate:up', ...lines, '-- migrate:down', 'VACUUM;'].join('\n');
  const folder = folderOf(context, {
    'a.sql': up('a', 'BEGIN;', 'CREATE TABLE t (n);', 'COMMIT; PRAGMA foreign_keys = ON;'),
    'b.sql': sql('b'),
    'c.sql': up('c', "ATTACH 'x' AS x;"),
    'd.ts': 'export const revision = 1;',
    'e.sql': new Uint8Array([0xff]),
    'f.sql': up('f', '', "INSERT INTO t VALUES ('a);"),
  });
  const problem = failsWith('USAGE', [/9 problems/], () => loadRevisions(folder));
  const places = (problem.places ?? []).map((place) => place.slice(folder.length + 1).replace(/: .*/, ''));
  const expected = ['a.sql:3', 'a.sql:5', 'a.sql:5', 'a.sql:7', 'c.sql:3', 'c.sql:5', 'd.ts:1', 'f.sql:4'];
  assert.deepEqual(
    places.filter((place) => /:\d+$/.test(place)),
    expected,
  );
  assert.equal(places.length, expected.length + 1, 'and the file that is no UTF-8');
  for (const place of problem.places ?? []) assert.ok(problem.message.includes(place), place);
});

test('every revision file is read, sorted by name, with its absolute path', (context) => {
  const folder = folderOf(context, {
    '20.sql': sql('d'),
    '1.ts': module('a'),
    '3.js': module('e'),
    '10.mts': module('b'),
    '2.mjs': module('c'),
  });
  const found = loadRevisions(folder).map(({ id, path }) => [id, path]);
  assert.deepEqual(
    found,
    [
      ['a', join(folder, '1.ts')],
      ['b', join(folder, '10.mts')],
      ['c', join(folder, '2.mjs')],
      ['d', join(folder, '20.sql')],
      ['e', join(folder, '3.js')],
    ].sort(([, one], [, other]) => ((one ?? '') < (other ?? '') ? -1 : 1)),
  );
});

test('what is no revision file is passed over', (context) => {
  const files = [
    'types.d.ts',
    'types.d.mts',
    '.hidden.sql',
    'README.md',
    'data.json',
    'a.sql~',
    'types.d.cts',
    'a.sql.bak',
  ];
  const folder = folderOf(context, { ...Object.fromEntries(files.map((name) => [name, '?'])), '1.sql': sql('a') });
  mkdirSync(join(folder, 'sub.sql'));
  writeFileSync(join(folder, 'sub.sql', '2.sql'), sql('b'));
  assert.deepEqual(
    loadRevisions(folder).map(({ id }) => id),
    ['a'],
  );
});

test('honest exit: a file that looks like a revision and does not run is refused', (context) => {
  const names = ['1.cjs', '2.cts', '3.tsx', '4.jsx', '5.sql.txt', '6.SQL.TXT', '7.ts.txt'];
  for (const name of names) {
    const folder = folderOf(context, { '0.sql': sql('a'), [name]: module('b') });
    failsWith('USAGE', [new RegExp(`${name}:1: a revision is a \\.sql, \\.ts, \\.mts, \\.js or \\.mjs file`)], () =>
      loadRevisions(folder),
    );
  }
});

test('honest exit: a CommonJS module says that it is one', (context) => {
  const texts = [
    "'use strict';\nmodule.exports = { revision: 'b' };",
    "exports.revision = 'b';",
    'Object.defineProperty(exports, "__esModule", { value: true });\nexports.revision = void 0;',
  ];
  for (const text of texts) {
    const folder = folderOf(context, { '1.js': text });
    failsWith('USAGE', [/1\.js:1: the module is CommonJS.*ship the \.ts file/], () => loadRevisions(folder));
  }
});

test('a revision behind a symbolic link is read', (context) => {
  const elsewhere = folderOf(context, { data: sql('a') });
  const folder = folderOf(context, {});
  symlinkSync(join(elsewhere, 'data'), join(folder, '1.sql'));
  assert.deepEqual(
    loadRevisions(folder).map(({ id }) => id),
    ['a'],
  );
});

test('a folder without revisions gives none', (context) => {
  assert.deepEqual(loadRevisions(folderOf(context, { 'README.md': '' })), []);
});

test('a folder that is missing, or is none, is an error that names it', (context) => {
  const folder = folderOf(context, { '1.sql': sql('a') });
  failsWith('USAGE', [/nowhere, does not exist/], () => loadRevisions(join(folder, 'nowhere')));
  failsWith('USAGE', [/1\.sql, cannot be read/], () => loadRevisions(join(folder, '1.sql')));
});

test('a file that cannot be read is an error that names it', (context) => {
  const folder = folderOf(context, {});
  symlinkSync(join(folder, 'gone'), join(folder, '1.sql'));
  failsWith('USAGE', [/1\.sql cannot be read: ENOENT/], () => loadRevisions(folder));
});

test('a file that is not UTF-8 is an error that names it', (context) => {
  const latin1 = Buffer.from(`${sql('a')}-- größe`, 'latin1');
  failsWith('USAGE', [/1\.sql is not valid UTF-8/], () => loadRevisions(folderOf(context, { '1.sql': latin1 })));
});

test('a BOM is no part of the text', (context) => {
  const [revision] = loadRevisions(folderOf(context, { '1.sql': `\uFEFF${sql('a')}` }));
  assert.equal(revision?.id, 'a');
});

test('a mistake in a file is reported with its path and line', (context) => {
  const folder = folderOf(context, { '1.sql': sql('a'), '2.sql': `${sql('b')}VACUUM;` });
  failsWith('USAGE', [new RegExp(`^${join(folder, '2.sql')}:4: VACUUM`)], () => loadRevisions(folder));
});
