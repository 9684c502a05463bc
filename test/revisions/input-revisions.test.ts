/** Revision files that are wrong: named with file and line before anything is locked, snapshotted or changed. */
import assert from 'node:assert/strict';
import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { sqlRevision } from '../harness/files.ts';
import { itemsRevisions, place } from '../harness/place.ts';
import { type RefusalCase, refusals } from '../harness/refused-commands.ts';

const module = (body: string, header = "export const revision = '002_stock';\nexport const revises = '001_items';\n") =>
  `${header}${body}\n`;
/** Found out under the locks, so that the sentence must say what the data is now. */
const unchanged = /The database is unchanged \(nothing was committed\)/;
const functions = 'export function upgrade() {}\nexport function downgrade() {}';

/** 001_items as it should be, and another file beside it. */
const beside = (name: string, text: string) => ({
  revisions: { '001_items.sql': itemsRevisions['001_items.sql'] ?? '', [name]: text },
});

const cases: readonly RefusalCase[] = [
  {
    wrong: 'an id that two files have',
    code: 2,
    says: [/'002_stock' is present more than once/, /002_stock\.sql/, /003_again\.sql/],
    revisions: { ...itemsRevisions, '003_again.sql': sqlRevision('002_stock', '001_items', 'SELECT 1;') },
  },
  {
    wrong: 'a cycle of revisions',
    code: 2,
    says: [/cycle/, /003_a -> 004_b -> 003_a|004_b -> 003_a -> 004_b/, /003_a\.sql/, /004_b\.sql/],
    revisions: {
      ...itemsRevisions,
      '003_a.sql': sqlRevision('003_a', '004_b', 'SELECT 1;'),
      '004_b.sql': sqlRevision('004_b', '003_a', 'SELECT 1;'),
    },
  },
  {
    wrong: 'a revision that revises itself',
    code: 2,
    says: [/cycle/, /003_a\.sql/],
    revisions: { ...itemsRevisions, '003_a.sql': sqlRevision('003_a', '003_a', 'SELECT 1;') },
  },
  {
    wrong: 'a parent that no file has',
    code: 2,
    says: [/003_a\.sql revises '002_gone'/, /Put the file/],
    ...beside('003_a.sql', sqlRevision('003_a', '002_gone', 'SELECT 1;')),
  },
  {
    wrong: 'two heads where one is asked for',
    code: 2,
    says: [/002_other/, /002_stock/],
    revisions: { ...itemsRevisions, '002_other.sql': sqlRevision('002_other', '001_items', 'SELECT 1;') },
  },
  {
    wrong: 'a file without a header',
    code: 2,
    says: [/002_stock\.sql:1: .*migrate:up/],
    ...beside('002_stock.sql', 'ALTER TABLE items ADD COLUMN stock INTEGER;'),
  },
  {
    wrong: 'a file without its markers',
    code: 2,
    says: [/002_stock\.sql:\d+: .*migrate:up/],
    ...beside('002_stock.sql', '-- revision: 002_stock\n-- revises: 001_items\nSELECT 1;\n'),
  },
  {
    wrong: 'an empty file',
    code: 2,
    says: [/002_stock\.sql:1: /],
    ...beside('002_stock.sql', ''),
  },
  {
    wrong: 'a string that is never closed',
    code: 2,
    says: [/002_stock\.sql:4: /],
    ...beside('002_stock.sql', sqlRevision('002_stock', '001_items', "UPDATE items SET name = 'x;")),
  },
  {
    wrong: 'a revision that commits by itself',
    code: 2,
    says: [/002_stock\.sql:4: .*COMMIT/],
    ...beside('002_stock.sql', sqlRevision('002_stock', '001_items', 'COMMIT;')),
  },
  {
    wrong: 'a header that is misspelt',
    code: 2,
    says: [/002_stock\.sql:3: 'transation'/],
    ...beside('002_stock.sql', sqlRevision('002_stock', '001_items', 'SELECT 1;', '', '-- transation: false')),
  },
  {
    wrong: 'a file that is not UTF-8',
    code: 2,
    says: [/002_stock\.sql is not valid UTF-8/],
    ...beside('002_stock.sql', ''),
    prepare: ({ migrations }) =>
      writeFileSync(join(migrations, '002_stock.sql'), Buffer.from('-- revision: 002_stock\n-- \xe9t\xe9\n', 'latin1')),
  },
  {
    wrong: 'a link to a revision that is not there',
    code: 2,
    says: [/002_stock\.sql cannot be read/],
    ...beside('other.txt', ''),
    prepare: ({ migrations }) => symlinkSync('nowhere.sql', join(migrations, '002_stock.sql')),
  },
  {
    wrong: 'a folder of revisions that is not there',
    code: 2,
    says: [/folder of the revisions, \S+migrations, does not exist/],
    prepare: ({ migrations }) => rmSync(migrations, { recursive: true }),
  },
  {
    wrong: 'a folder of revisions that is a file',
    code: 2,
    says: [/folder of the revisions, \S+migrations, cannot be read/],
    prepare: ({ migrations }) => {
      rmSync(migrations, { recursive: true });
      writeFileSync(migrations, '');
    },
  },
  {
    wrong: 'a module without a header',
    code: 2,
    says: [/002_stock\.ts:1: .*export const revision/],
    ...beside('002_stock.ts', functions),
  },
  {
    wrong: 'a module whose header is computed',
    code: 2,
    says: [/002_stock\.ts:1: /],
    ...beside('002_stock.ts', module(functions, "export const revision = '002' + '_stock';\n")),
  },
  {
    wrong: 'a module whose header names a variable',
    code: 2,
    says: [/002_stock\.ts:2: /],
    ...beside('002_stock.ts', module(functions, "const id = '002_stock';\nexport const revision = id;\n")),
  },
  {
    wrong: 'a module without a way down',
    code: 2,
    says: [/002_stock\.ts:1: .*downgrade/],
    ...beside('002_stock.ts', module('export function upgrade() {}')),
  },
  {
    wrong: 'a module with a string that is never closed',
    code: 2,
    says: [/Revision 002_stock/, /002_stock\.ts:\d+:\d+\) cannot be loaded: Unterminated string/, unchanged],
    ...beside('002_stock.ts', module(`const broken = 'x;\n${functions}`)),
    underLock: true,
  },
  {
    wrong: 'a module with a syntax error',
    code: 2,
    says: [/Revision 002_stock/, /002_stock\.ts:\d+:7\) cannot be loaded/, unchanged],
    ...beside('002_stock.ts', module(`${functions}\nconst = 1;`)),
    underLock: true,
  },
  {
    wrong: 'a module with a syntax error that is none of its types',
    code: 2,
    says: [/Revision 002_stock/, /002_stock\.ts:\d+:20\) cannot be loaded: Identifier 'x' has/, unchanged],
    ...beside('002_stock.ts', module(`${functions}\nlet x: number; let x = 2;`)),
    underLock: true,
  },
  {
    wrong: 'a module that throws when it is loaded',
    code: 2,
    says: [/Revision 002_stock/, /002_stock\.ts/, /cannot be loaded: no such luck/, unchanged],
    ...beside('002_stock.ts', module(`${functions}\nthrow new Error('no such luck');`)),
    underLock: true,
  },
  {
    wrong: 'a module that throws many lines when it is loaded',
    code: 2,
    says: [/002_stock\.ts/, /first line second line/],
    ...beside('002_stock.ts', module(`${functions}\nthrow new Error('first line\\n\\nsecond line');`)),
    underLock: true,
  },
  {
    wrong: 'a module that imports what is not there',
    code: 2,
    says: [/Revision 002_stock/, /cannot be loaded: .*nowhere/],
    ...beside('002_stock.ts', module(`import './nowhere.ts';\n${functions}`)),
    underLock: true,
  },
  {
    wrong: 'a module that is no TypeScript that Node can strip',
    code: 2,
    says: [/Revision 002_stock/, /002_stock\.ts:\d+:1\) cannot be loaded: .*enum/],
    ...beside('002_stock.ts', module(`enum Colour { Red }\n${functions}`)),
    underLock: true,
  },
];

refusals(cases);

test('honest exit: what is refused in several files is told in one run, in a line of its own each', async (t) => {
  const here = place(t, {
    revisions: {
      ...itemsRevisions,
      '002_stock.sql': sqlRevision('002_stock', '001_items', 'BEGIN;\nCOMMIT;'),
      '003_tidy.sql': sqlRevision('003_tidy', '002_stock', 'VACUUM;'),
    },
  });
  const [plain, json] = await Promise.all([here.run(['upgrade']), here.run(['upgrade', '--json'])]);
  const lines = plain.stderr.trimEnd().split('\n');
  assert.deepEqual([plain.code, lines.length], [2, 4]);
  for (const [index, place] of ['002_stock.sql:4', '002_stock.sql:5', '003_tidy.sql:4'].entries())
    assert.match(lines[index] ?? '', new RegExp(`^  .*/${place}: \\w+ (is not allowed|cannot run)`));
  assert.match(plain.error, /^3 problems .* Correct the files/);
  const { error } = json.json<{ error: { what: string; places: readonly string[] } }>();
  assert.equal(error.places.length, 3);
  for (const place of error.places) assert.ok(error.what.includes(place));
});
