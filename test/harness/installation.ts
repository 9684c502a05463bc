import { copyFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { build } from '../../ops/build.ts';
import { copyOfMade, projectRoot } from './files.ts';

/** A folder as an installed package has it: package.json, dist/, and a node_modules to be found above dist/. */
export async function installation(t: TestContext): Promise<string> {
  const folder = await copyOfMade(t, 'installation', async (original) => {
    copyFileSync(join(projectRoot, 'package.json'), join(original, 'package.json'));
    // Only while it is built: a copy gets a link of its own.
    const modules = join(original, 'node_modules');
    symlinkSync(join(projectRoot, 'node_modules'), modules);
    await build(join(original, 'dist'));
    rmSync(modules);
  });
  symlinkSync(join(projectRoot, 'node_modules'), join(folder, 'node_modules'));
  return folder;
}
