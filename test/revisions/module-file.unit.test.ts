import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checksum } from '../../src/revisions/files/checksum.ts';
import { parseModuleRevision } from '../../src/revisions/files/module-file.ts';
import { failsWith } from './helpers.ts';

const path = '/app/migrations/003_engagement_score.ts';
const functions = 'export function upgrade(op) {}\nexport function downgrade(op) {}\n';
const header = "export const revision = 'a1';\n";

const parse = (text: string) => parseModuleRevision(text, path);
/** The revision of a module that has all it needs, and this. */
const withLine = (line: string) => parse(`${header}${line}\n${functions}`);
const fails = (text: string, ...patterns: RegExp[]) => failsWith('USAGE', patterns, () => parse(text));
const failsWithLine = (line: string, ...patterns: RegExp[]) => fails(`${header}${line}\n${functions}`, ...patterns);

test('a whole module is read into a revision', () => {
  const text = `import type { Operations } from 'sqlite-drydock';

export const revision = '003_engagement_score';
export const revises = '002_weighted_sentiment';
export const message = 'Score every comment';
export const transaction = false;
export const expect = {
  up: { comments: -10, "old table": 'fewer', 'comments."author id"': 'nulls' }, // ten were spam
  down: { 'comments': 'dropped', "all names": 'broken', /* none */ },
} as const satisfies Expect;

export async function upgrade(op: Operations): Promise<void> {
  op.execute(\`SELECT \${1}\`);
}

export const downgrade = (op: Operations) => op.dropColumn('comments', 'engagement_score');
`;
  assert.deepEqual(parse(text), {
    id: '003_engagement_score',
    revises: ['002_weighted_sentiment'],
    dependsOn: [],
    branchLabels: [],
    message: 'Score every comment',
    path,
    checksum: checksum(text),
    transaction: false,
    expect: {
      up: [
        { table: 'comments', rows: -10 },
        { table: 'old table', rows: 'fewer' },
        { table: 'comments', nulls: 'author id' },
      ],
      down: [{ table: 'comments', rows: 'dropped' }, { broken: 'all names' }],
    },
    body: { kind: 'module' },
  });
});

test('what the header leaves out has its default', () => {
  const { revises, message, transaction, expect } = parse(header + functions);
  assert.deepEqual(
    { revises, message, transaction, expect },
    {
      revises: [],
      message: 'a1',
      transaction: true,
      expect: { up: [], down: [] },
    },
  );
});

test('parents are one id, several, or null', () => {
  assert.deepEqual(withLine('export const revises = [\'b1\', "c1",];').revises, ['b1', 'c1']);
  assert.deepEqual(withLine('export const revises = null;').revises, []);
  assert.deepEqual(withLine('export const revises: string | null = `b1`').revises, ['b1']);
  assert.deepEqual(
    withLine("export const revises: readonly string[] = [\n  'b1', // left\n  'c1'\n] as const;").revises,
    ['b1', 'c1'],
  );
});

test('dependencies and branch labels are one, several, or null', () => {
  assert.deepEqual(withLine("export const dependsOn = 'b1';").dependsOn, ['b1']);
  assert.deepEqual(withLine("export const dependsOn: string[] = ['b1', 'main'];").dependsOn, ['b1', 'main']);
  assert.deepEqual(withLine("export const branchLabels = ['x', 'y'] as const;").branchLabels, ['x', 'y']);
  assert.deepEqual(withLine('export const branchLabels = null;').branchLabels, []);
  failsWithLine('export const dependsOn = [1];', /:2: `dependsOn` must be an id, an array of ids, or null/);
  failsWithLine('export const branchLabels = true;', /:2: `branchLabels` must be a label/);
  failsWithLine("export const branchLabels = 'a b';", /:2: the branch label 'a b' may not contain whitespace/);
  failsWithLine('export const dependsOn = [other];', /must be a literal/);
});

test("Alembic's own names for the header are errors that say ours", () => {
  failsWithLine("export const down_revision = 'b1';", /:2: use `revises` instead of `down_revision`/);
  failsWithLine("export const depends_on = 'b1';", /:2: use `dependsOn` instead of `depends_on`/);
  failsWithLine("export const branch_labels = ['x'];", /:2: use `branchLabels` instead of `branch_labels`/);
});

test('a file with CRLF and a BOM is the same revision', () => {
  const text = `${header}export const expect = {\n  up: { t: -1 },\n};\n${functions}`;
  assert.deepEqual(parse(`\uFEFF${text.replaceAll('\n', '\r\n')}`), parse(text));
});

test('declarations in comments, strings, templates and regular expressions are none', () => {
  const decoys = `/*
export const revision = 'comment';
*/
// export const revision = 'line';
const text = \`
export const revision = 'template \${\`nested
export const revision = 'nested';
\`}';
\`;
const quotes = [/['"\`]/, text.replace(/[/\`]/g, 1), 4 / 2, "export const revision = 'string'"];
if (text) /\`/.test(text);
const joined = \`\${text.replace(/\`/g, '}')}
export const revision = 'after a regular expression';
\`;
const value = object.export
const message = 'not exported';
`;
  const { id, message } = parse(decoys + header + functions);
  assert.deepEqual([id, message], ['a1', 'a1']);
});

test('a quote in a regular expression opens nothing', () => {
  const lines = [
    'a = /`/;',
    'a = /[/`]/;',
    'a = /\\/`/;',
    'if (a) /`/.test(a);',
    'return /`/;',
    'a = b / c; d = /`/;',
    'a = (b) / c;',
  ];
  for (const line of lines) assert.equal(withLine(line).id, 'a1', line);
});

test('upgrade and downgrade that only comments and strings mention are missing', () => {
  const text = `${header}// export function upgrade() {}\nconst a = \`\nexport function upgrade() {}\n\`;\nexport function downgrade() {}`;
  fails(text, /no `export function upgrade\(op\)`/);
  fails(`${header}export function upgrade() {}\nfunction downgrade() {}`, /no `export function downgrade\(op\)`/);
  fails(`${header}export function upgrades() {}\nexport function downgrade() {}`, /upgrade\(op\)/);
});

test('a value that would have to be run is an error that says why it may not', () => {
  const lines = [
    'export const message = makeMessage();',
    "export const message = 'a' + b;",
    "export const message = 'a'\n  + b;",
    "export const message = 'a'\n  .trim();",
    "export const message = ['a'].join('');",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the text of a module
    'export const message = `a${b}`;',
    'export const message = other;',
    String.raw`export const message = '\u0041';`,
    'export const message: string;',
    'export const transaction = !1;',
    'export const revises = [...parents];',
    'export const revises = [,];',
    'export const expect = { [up]: {} };',
    'export const expect = { ...shared };',
    'export const expect = { up };',
    'export const expect = { up: { t: -1.5 } };',
    "export const message = 'a' as string + b;",
  ];
  for (const line of lines) {
    failsWithLine(line, /\.ts:[23]: .*must be a literal, so that Drydock can read the graph without running your code/);
  }
});

test('a value of the wrong type is an error that says what it must be', () => {
  fails(`export const revision = 3;\n${functions}`, /:1: `revision` must be a string/);
  failsWithLine("export const transaction = 'false';", /:2: `transaction` must be true or false/);
  failsWithLine('export const revises = [1];', /:2: `revises` must be an id/);
  failsWithLine('export const message = null;', /:2: `message` must be a string/);
  failsWithLine('export const expect = [];', /:2: `expect` must be an object/);
  failsWithLine('export const expect = { up: -1 };', /:2: `expect.up` must be an object/);
  failsWithLine("export const expect = { down: { t: 'gone' } };", /'t' must be a whole number, 'fewer' or 'dropped'/);
  failsWithLine('export const expect = { sideways: {} };', /no 'sideways'/);
});

test('what stands twice, or may change, is an error', () => {
  failsWithLine("export const revision = 'a2';", /:2: duplicate /);
  failsWithLine("export let message = 'x';", /:2: `message` must be an `export const`/);
  failsWithLine("export const expect = { up: { t: 'nulls' } };", /'t' must be .*'comments.author_id'/);
  failsWithLine("export const expect = { up: { 't.a': 'nulls', 'T.A': 'nulls' } };", /duplicate .* column 'T\.A'/);
  failsWithLine('export const expect = { up: { t: -1, T: -2 } };', /duplicate expectation of table 'T'/);
  failsWithLine('export const expect = {\n  up: { t: -1, t: -2 } };', /:3: duplicate key 't'/);
});

test('a module without an id is an error that shows how to write it', () => {
  fails(`const revision = 'a1';\n${functions}`, /no `export const revision = '<id>'`/);
  fails(`export const revision = 'a-1';\n${functions}`, /:1: .*may not contain '-'/);
});

test('a comment or template that is never closed is an error on the line where it starts', () => {
  failsWithLine('/* open', /:2: the comment/);
  failsWithLine('\nconst a = `open', /:3: the template literal/);
});

test('a key of an object can only ever be a table', () => {
  const { expect } = withLine("export const expect = { up: { __proto__: -1, constructor: 'fewer' } };");
  assert.deepEqual(expect.up, [
    { table: '__proto__', rows: -1 },
    { table: 'constructor', rows: 'fewer' },
  ]);
});

test('escapes in a string are read as JavaScript reads them', () => {
  assert.equal(
    withLine(String.raw`export const message = 'it\'s a \"test\" \\ here';`).message,
    `it's a "test" \\ here`,
  );
});
