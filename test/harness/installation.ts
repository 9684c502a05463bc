import { copyFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { build } from '../../ops/build.ts';
import { projectRoot, testFolder } from './files.ts';

/** A folder as an installed package has it: package.json, dist/, and a node_modules to be found above dist/. */
export async function installation(t: TestContext): Promise<string> {
  const folder = testFolder(t);
  copyFileSync(join(projectRoot, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(projectRoot, 'node_modules'), join(folder, 'node_modules'));
  await build(join(folder, 'dist'));
  return folder;
}
