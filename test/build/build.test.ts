import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { external } from '../../ops/build.ts';
import { codeCachePath, compile, readCodeCache } from '../../src/cli/code-cache.ts';
import { oldestNode } from '../../src/cli/node-version.ts';
import {
  bundledMigrations,
  createDatabase,
  productionDatabase,
  projectRoot,
  revisionFolder,
  sqlRevision,
  testFolder,
} from '../harness/files.ts';
import { installation } from '../harness/installation.ts';
import { nothingPending } from '../harness/sentences.ts';

const run = promisify(execFile);

test('the built command upgrades a database with the bundled revisions', async (t) => {
  const folder = await installation(t);
  const drydock = join(folder, 'dist', 'drydock.cjs');
  const database = productionDatabase(folder, 'delete');
  // Executed by its shebang, as npm's link to it is.
  const env = { PATH: `${join(projectRoot, 'node_modules', '.bin')}:${process.env['PATH']}` };
  const upgrade = ['upgrade', '--database', database, '--migrations', bundledMigrations, '--json'];
  // What is published cannot be told to stop in the middle of a run.
  const faulty = run(drydock, upgrade, { cwd: folder, env: { ...env, DRYDOCK_FAULT_PAUSE: 'phase:migrate' } });
  await assert.rejects(faulty, { code: 2 });
  const first = JSON.parse((await run(drydock, upgrade, { cwd: folder, env, timeout: 60_000 })).stdout);
  assert.equal(first.outcome, 'done');
  assert.deepEqual(first.to, ['007_entity_tracking']);
  const second = JSON.parse((await run(drydock, upgrade, { cwd: folder, env })).stdout);
  assert.equal(second.outcome, 'nothing-pending');

  const { stdout } = await run(drydock, ['--version'], { cwd: folder, env });
  assert.equal(stdout.trim(), JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')).version);
});

test('a revision may import the library of the built command', async (t) => {
  const folder = await installation(t);
  // Elsewhere, so that no package.json above it is the one of the package.
  const project = testFolder(t);
  const database = createDatabase(join(project, 'app.db'), 'delete', '');
  const migrations = revisionFolder(project, {
    'a1.ts': `import { CannotDowngrade } from 'sqlite-drydock';
      export const revision = 'a1';
      export function upgrade(op) {}
      export function downgrade(op) { throw new CannotDowngrade('the people are gone'); }`,
  });
  const drydock = (...args: readonly string[]) =>
    spawnSync(
      process.execPath,
      [join(folder, 'dist', 'drydock.cjs'), ...args, '--database', database, '--migrations', migrations],
      {
        encoding: 'utf8',
      },
    );
  assert.equal(drydock('upgrade').status, 0);
  assert.match(drydock('downgrade', 'base', '--yes').stderr, /the people are gone/);
});

test('an older Node is told in one line which one is needed', async (t) => {
  const folder = await installation(t);
  const preload = join(folder, 'older.cjs');
  const say = (version: string) => {
    writeFileSync(
      preload,
      `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`,
    );
    const args = ['--require', preload, join(folder, 'dist', 'drydock.cjs'), '--version'];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    return [status, stdout === '', stderr];
  };
  for (const older of ['20.20.2', '22.17.1'])
    assert.deepEqual(say(older), [2, true, `drydock: Node 22.18 or newer is needed, and this is ${older}.\n`]);
  for (const newer of ['22.18.0', '24.0.0']) assert.deepEqual(say(newer), [0, false, '']);
  const { engines } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
  assert.equal(engines.node, `>=${oldestNode}`);
});

test('whoever installs the package gets what is not in the bundle, and nothing else', () => {
  const { dependencies } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
  assert.deepEqual(Object.keys(dependencies), external);
});

test('the published start says what the whole command line says, with its kept code and with code that does not fit', async (t) => {
  const folder = await installation(t);
  const [start, whole] = ['drydock.cjs', 'cli.cjs'].map((name) => join(folder, 'dist', name)) as [string, string];
  const scripts = ['start.cjs', 'yaml.cjs', 'cli.cjs'].map((name) => join(folder, 'dist', name));
  for (const script of scripts) assert.equal(compile(script, readCodeCache(script)).cachedDataRejected, false);

  const database = join(folder, 'app.db');
  writeFileSync(database, '');
  const migrations = revisionFolder(folder, { 'a.sql': sqlRevision('a', undefined, 'CREATE TABLE t (a);') });
  const named = ['--database', database, '--migrations', migrations];
  const cases = [
    ['upgrade', ...named],
    ['upgrade', 'head', '--json', ...named],
    ['upgrade', 'head', 'head', ...named],
    ['upgrade', 'base', ...named],
    ['upgrade', '--bogus', ...named],
    ['upgrade', '--database', join(folder, 'none.db'), '--migrations', migrations],
    ['upgrade', '--migrations', migrations],
    ['current', ...named],
    ['upgrade', '--config', 'named.yaml'],
    ['upgrade', '--config', 'wrong.yaml'],
  ];
  writeFileSync(join(folder, 'named.yaml'), `database: app.db\nmigrations: ${migrations}\n`);
  writeFileSync(join(folder, 'wrong.yaml'), 'database: app.db\nmigration: migrations\n');
  const say = (path: string, args: readonly string[]) => spawnSync(process.execPath, [path, ...args], { cwd: folder });
  assert.equal(say(start, ['upgrade', ...named]).status, 0);
  for (const args of cases) {
    const [one, other] = [start, whole].map((path) => say(path, args));
    const [text, wanted] = [one, other].map((ended) => `${ended?.status}\n${ended?.stdout}\n${ended?.stderr}`);
    assert.equal(text, wanted);
  }
  for (const script of scripts) writeFileSync(codeCachePath(script), readFileSync(script).subarray(0, 5_000));
  assert.match(say(start, ['upgrade', ...named]).stdout.toString(), nothingPending);
  assert.equal(say(start, ['current', ...named]).stdout.toString(), 'a (head)\n');
  for (const script of scripts) rmSync(codeCachePath(script));
  assert.match(say(start, ['upgrade', ...named]).stdout.toString(), nothingPending);
  assert.equal(say(start, ['current', ...named]).stdout.toString(), 'a (head)\n');
});

test('a build holds nothing that tests use, no path of the machine, and the licences of what is in it', async (t) => {
  const folder = await installation(t);
  const entries = readdirSync(join(folder, 'dist'), { recursive: true, withFileTypes: true });
  for (const { name, parentPath } of entries.filter((entry) => entry.isFile())) {
    const text = readFileSync(join(parentPath, name), 'utf8');
    assert.doesNotMatch(text, /DRYDOCK_FAULT_/, `${name} has fault points`);
    assert.ok(!text.includes(projectRoot), `${name} names the folder that it was built in`);
  }
  const licences = readFileSync(join(folder, 'dist', 'LICENSES.txt'), 'utf8');
  for (const name of ['pino', 'commander', 'zod', 'sqlite3-parser'])
    assert.match(licences, new RegExp(`^${name} \\d`, 'm'));
  assert.doesNotMatch(licences, /^better-sqlite3 /m);
});

test('the bill of materials of a build lists each package that is bundled', async (t) => {
  const folder = await installation(t);
  const read = (name: string) => readFileSync(join(folder, 'dist', name), 'utf8');
  const { components } = JSON.parse(read('sbom.json')) as {
    components: { name: string; version: string; purl: string }[];
  };
  const licensed = [...read('LICENSES.txt').matchAll(/^(?:-{80}\n\n)?(@?[a-z][\w./-]*) (\d+\.\d+\.\d+\S*)$/gm)];
  assert.deepEqual(
    components.map(({ name, version }) => `${name} ${version}`),
    licensed.map(([, name, version]) => `${name} ${version}`),
  );
  assert.ok(components.some(({ purl }) => purl.startsWith('pkg:npm/pino@')));
});
