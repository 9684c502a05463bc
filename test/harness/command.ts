/** The command that tests start: the sources, or the bundle of them that ops/test-command.ts makes for a whole run. */
import { join } from 'node:path';
import { projectRoot } from './files.ts';

/** Beside `dist/` in it stands the package.json that the version is read from. */
export const testCommandFolder = join(projectRoot, 'node_modules', '.cache', 'test-command');

export const commandPath =
  process.env['TEST_COMMAND'] === 'bundle'
    ? join(testCommandFolder, 'dist', 'cli.cjs')
    : join(projectRoot, 'src', 'cli', 'main.ts');
