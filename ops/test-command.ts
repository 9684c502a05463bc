/**
 * Bundles the command for the tests that start it, fault points included: a process of a bundle takes half the CPU time of one
 * that reads the sources. test/harness/command.ts uses it if TEST_COMMAND=bundle, as the npm scripts do.
 */
import { copyFileSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build as bundle } from 'esbuild';
import { testCommandFolder } from '../test/harness/command.ts';
import { projectRoot } from '../test/harness/files.ts';
import { asCommandLine, asModules, forNode, modules, shorter } from './build.ts';

const made = `${testCommandFolder}.new`;
rmSync(made, { recursive: true, force: true });
mkdirSync(made, { recursive: true });
copyFileSync(join(projectRoot, 'package.json'), join(made, 'package.json'));
const common = { ...forNode, ...shorter, outdir: join(made, 'dist') };
await bundle({ ...common, ...asModules, entryPoints: modules });
await bundle({ ...common, ...asCommandLine });
rmSync(testCommandFolder, { recursive: true, force: true });
renameSync(made, testCommandFolder);
