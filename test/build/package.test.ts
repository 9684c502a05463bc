/** The packed tarball, installed in a project of its own: its types, and a program that uses it. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { build } from '../../ops/build.ts';
import { blocks, document } from '../docs/markdown.ts';
import { createDatabase, projectRoot, testFolder } from '../harness/files.ts';

const run = promisify(execFile);
const path = `${join(projectRoot, 'node_modules', '.bin')}:${process.env['PATH']}`;

/** What `npm pack` makes of the package, as `npm install` lays it out, with the one dependency that is not in the bundle. */
async function consumer(t: TestContext): Promise<string> {
  const source = testFolder(t);
  for (const file of ['package.json', 'README.md', 'LICENSE'])
    copyFileSync(join(projectRoot, file), join(source, file));
  symlinkSync(join(projectRoot, 'node_modules'), join(source, 'node_modules'));
  await build(join(source, 'dist'));
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts'], {
    cwd: source,
    env: { ...process.env, PATH: path },
  });
  const [tarball = ''] = readdirSync(source).filter((name) => name.endsWith('.tgz'));
  assert.doesNotMatch(stdout, /"path": "(src|test|ops|node_modules)\//);

  const folder = testFolder(t);
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, '@types'), { recursive: true });
  await run('tar', ['-xzf', join(source, tarball), '-C', modules]);
  await run('mv', [join(modules, 'package'), join(modules, 'sqlite-drydock')]);
  for (const name of ['better-sqlite3', '@types/node', 'undici-types']) {
    if (existsSync(join(projectRoot, 'node_modules', name)))
      symlinkSync(join(projectRoot, 'node_modules', name), join(modules, name));
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "private": true }\n');
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        target: 'es2024',
        module: 'nodenext',
        strict: true,
        noEmit: true,
        erasableSyntaxOnly: true,
        types: ['node'],
        // The declarations of the package are checked too.
        skipLibCheck: false,
      },
    }),
  );
  return folder;
}

const revision = `import { CannotDowngrade, column, type Operations } from 'sqlite-drydock';

export const revision = 'a1';

export function upgrade(op: Operations): void {
  op.createTable('people', op.column.integer('id', { primaryKey: true }), column.string('name', 80));
  op.bulkInsert('people', [{ name: op.arguments['name'] ?? 'Ada' }]);
  // @ts-expect-error A column has a type and a name.
  const wrong = () => op.addColumn('people', 'nickname');
}

export function downgrade(op: Operations): void {
  throw new CannotDowngrade(\`\${op.hasTable('people')}: the people are not in any table any more.\`);
}
`;

const program = `import { current, DrydockError, downgrade, loadConfig, type MigrationReport, upgrade } from 'sqlite-drydock';

const config = await loadConfig({ database: 'app.db' }, { env: {} });
const phases: string[] = [];
const report = await upgrade(config, 'head', {
  arguments: { name: 'Emmy' },
  observer: (event) => {
    if (event.kind === 'phase-end') phases.push(event.phase);
  },
});
// @ts-expect-error Where nothing was pending there are no steps.
report.steps;
const done: MigrationReport | undefined = report.outcome === 'done' ? report : undefined;
const error: unknown = await downgrade(config, 'base').catch((thrown: unknown) => thrown);
console.log(
  JSON.stringify({
    steps: done?.steps.map(({ id }) => id),
    last: phases.at(-1),
    current: (await current(config)).current,
    error: error instanceof DrydockError && [error.code, error.what],
  }),
);
`;

/** The programs that docs/library.md writes to files, by name, and its revision. */
function documented(): Record<string, string> {
  const all = blocks(document('docs/library.md'));
  const written = all.flatMap(({ text }) => [...text.matchAll(/^cat > (\S+) <<'TS'\n([\s\S]*?)^TS$/gm)]);
  const revisions = all
    .filter(({ language }) => language === 'ts')
    .map(({ text }, index) => [`revision-${index}.ts`, text]);
  return Object.fromEntries([...written.map(([, name, text]) => [name, text]), ...revisions]);
}

test('a project that installs the package type-checks its revisions and the documented programs, and upgrades a database', async (t) => {
  const folder = await consumer(t);
  mkdirSync(join(folder, 'migrations'));
  writeFileSync(join(folder, 'migrations', 'a1.ts'), revision);
  writeFileSync(join(folder, 'program.ts'), program);
  const examples = Object.entries(documented());
  assert.ok(examples.length > 4);
  for (const [name, text] of examples) writeFileSync(join(folder, name), text);
  createDatabase(join(folder, 'app.db'), 'wal', '');
  const compiler = join(projectRoot, 'node_modules', 'typescript', 'bin', 'tsc');
  const { stdout: problems } = await run(process.execPath, [compiler, '-p', folder]).catch((error) => error);
  assert.equal(problems, '');

  const { stdout } = await run(process.execPath, ['program.ts'], { cwd: folder });
  const said = JSON.parse(stdout);
  assert.deepEqual([said.steps, said.last, said.current], [['a1'], 'unlock', ['a1']]);
  assert.equal(said.error[0], 'REVISION_FAILED');
  assert.match(said.error[1], /a1\.ts:1\d: true: the people are not in any table any more/);
});
