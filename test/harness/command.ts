/** The command that tests start, and the library that they import: the sources, or the bundle of them that ops/test-command.ts makes for a whole run. */
import { join } from 'node:path';
import { projectRoot } from './files.ts';

/** Beside `dist/` in it stands the package.json that the version is read from. */
export const testCommandFolder = join(projectRoot, 'node_modules', '.cache', 'test-command');

const bundled = process.env['TEST_COMMAND'] === 'bundle';

export const commandPath = bundled
  ? join(testCommandFolder, 'dist', 'cli.cjs')
  : join(projectRoot, 'src', 'cli', 'main.ts');

export const libraryPath = bundled ? join(testCommandFolder, 'dist', 'index.js') : join(projectRoot, 'src', 'index.ts');
