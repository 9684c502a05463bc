/** Every `sh` block of README.md and docs/ is run, from the top of a document to its end, in a copy of the project. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { build } from '../../ops/build.ts';
import { projectRoot, testFolder } from '../harness/files.ts';
import { type Block, blocks, type Document, documents } from './markdown.ts';
import { comparable } from './output.ts';

/** Documents that begin in an empty folder. */
const fromNothing: ReadonlySet<string> = new Set(['docs/from-alembic.md']);

const copied = ['package.json', 'config', 'migrations', 'ops', 'src', 'test/fixtures'];

/** The built command, since there are many calls of it and it starts in less time than the sources do. */
let installation = '';

before(async () => {
  installation = mkdtempSync(join(tmpdir(), 'drydock-docs-'));
  cpSync(join(projectRoot, 'package.json'), join(installation, 'package.json'));
  symlinkSync(join(projectRoot, 'node_modules'), join(installation, 'node_modules'));
  await build(join(installation, 'dist'));
});
after(() => rmSync(installation, { recursive: true, force: true }));

/** A copy of the project to work in. */
function workplace(t: TestContext): string {
  const folder = emptyFolder(t);
  for (const path of copied) cpSync(join(projectRoot, path), join(folder, path), { recursive: true });
  return folder;
}

/** A folder with nothing but `drydock` to be called by its name, and imported. */
function emptyFolder(t: TestContext): string {
  const folder = testFolder(t);
  symlinkSync(join(projectRoot, 'node_modules'), join(folder, 'node_modules'));
  mkdirSync(join(folder, 'bin'));
  symlinkSync(join(installation, 'dist', 'drydock.cjs'), join(folder, 'bin', 'drydock'));
  // By its own name a package finds itself: `import … from 'sqlite-drydock'`.
  symlinkSync(join(installation, 'dist'), join(folder, 'dist'));
  return folder;
}

/** The example database as it is before any run. */
function makeExampleDatabase(folder: string): void {
  mkdirSync(join(folder, 'data'));
  const db = new Database(join(folder, 'data', 'et_intelligence.db'));
  db.exec(readFileSync(join(folder, 'test', 'fixtures', 'et_intelligence.sql'), 'utf8'));
  db.close();
}

async function runBlock(folder: string, document: Document, block: Block): Promise<string> {
  const path = [join(folder, 'bin'), join(projectRoot, 'node_modules', '.bin'), process.env['PATH']].join(':');
  const options = { cwd: folder, env: { ...process.env, PATH: path }, timeout: 120_000 };
  return promisify(execFile)('sh', ['-e', '-c', block.text], options).then(
    ({ stdout }) => stdout,
    ({ code, stderr }) => assert.fail(`${document.path}:${block.line} ended with ${code}:\n${block.text}\n${stderr}`),
  );
}

/** What a value is made of: its keys and the types of its values, of a list its first entry. Null stands for any value. */
function assertShape(documented: unknown, actual: unknown, where: string): void {
  if (documented === null || actual === null) return;
  assert.equal(typeof documented, typeof actual, where);
  if (typeof documented !== 'object' || typeof actual !== 'object') return;
  if (Array.isArray(documented) || Array.isArray(actual)) {
    assert.ok(Array.isArray(documented) && Array.isArray(actual), `${where} is a list in one of the two only`);
    assert.equal(documented.length === 0, actual.length === 0, `${where} is empty in one of the two only`);
    if (documented.length > 0) assertShape(documented[0], actual[0], `${where}[0]`);
    return;
  }
  assert.deepEqual(Object.keys(documented).sort(), Object.keys(actual).sort(), `the keys of ${where}`);
  const values: Record<string, unknown> = { ...actual };
  for (const [key, value] of Object.entries(documented)) assertShape(value, values[key], `${where}.${key}`);
}

describe('the documents', { concurrency: 2 }, () => {
  for (const document of documents()) {
    const all = blocks(document);
    if (!all.some(({ language }) => language === 'sh')) continue;

    test(`the examples of ${document.path} run`, async (t) => {
      const folder = fromNothing.has(document.path) ? emptyFolder(t) : workplace(t);
      // The README makes it with `npm start`.
      if (document.path !== 'README.md' && !fromNothing.has(document.path)) makeExampleDatabase(folder);
      let stdout = '';
      for (const block of all) {
        if (block.language === 'sh') stdout = await runBlock(folder, document, block);
        else if (block.language === 'json') {
          assertShape(JSON.parse(block.text), JSON.parse(stdout), `${document.path}:${block.line}`);
        } else if (block.language === 'output') {
          assert.equal(comparable(stdout, folder), comparable(block.text), `${document.path}:${block.line}`);
        }
      }
    });
  }
});
