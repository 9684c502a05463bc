/** Every `bash` block of the pages about containers, from the top of a page to its end, in a copy of the project. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Block, blocks, document } from '../docs/markdown.ts';
import { productionDatabase, projectRoot, testFolder } from '../harness/files.ts';
import { run } from './docker.ts';

/** What a page leaves behind in the engine. */
const leftBehind = {
  'docs/docker.md': [['volume', 'rm', '--force', 'et-intel-data']],
  'docs/compose.md': [['compose', '--profile', 'daemon', '--file', 'ops/compose.yaml', 'down', '--volumes']],
  'docs/kubernetes.md': [],
};

function workplace(t: TestContext): string {
  const folder = testFolder(t);
  const tracked = ['.dockerignore', 'Dockerfile', 'LICENSE', 'entrypoint.sh', 'package.json', 'package-lock.json'];
  for (const path of [...tracked, 'tsconfig.json', 'config', 'migrations', 'ops', 'src'])
    cpSync(join(projectRoot, path), join(folder, path), { recursive: true });
  mkdirSync(join(folder, 'data'));
  productionDatabase(join(folder, 'data'), 'delete');
  return folder;
}

async function runBlock(cwd: string, path: string, block: Block): Promise<void> {
  const child = spawn('bash', ['-euo', 'pipefail', '-c', block.text], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  const [code] = await once(child, 'close');
  assert.equal(code, 0, `${path}:${block.line} ended with ${code}:\n${block.text}\n${said.slice(-3000)}`);
}

for (const [path, commands] of Object.entries(leftBehind)) {
  test(`the examples of ${path} run`, async (t) => {
    const folder = workplace(t);
    t.after(() => Promise.all(commands.map((command) => run('docker', command))));
    const all = blocks(document(path)).filter(({ language }) => language === 'bash');
    assert.ok(all.length > 0);
    for (const block of all) await runBlock(folder, path, block);
  });
}
