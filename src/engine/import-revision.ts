/** How revision files are imported, wherever they stand and whatever the package.json above them says. */
import { registerHooks } from 'node:module';
import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { codeOf } from '../errors.ts';

const library = 'sqlite-drydock';

/** In the package the library stands beside the engine. */
const ownLibrary = new URL(import.meta.url.endsWith('.ts') ? '../index.ts' : './index.js', import.meta.url).href;

/** By URL, as it is asked for: what a symbolic link leads to may be called otherwise. */
const formats = new Map<string, 'module' | 'module-typescript'>();

/** Imports a revision file: always as an ES module, and with a library to import even where none is installed. */
export async function importRevision(path: string): Promise<Record<string, unknown>> {
  if (formats.size === 0) registerHooks({ resolve });
  const { href } = pathToFileURL(path);
  formats.set(href, ['.ts', '.mts'].includes(extname(path)) ? 'module-typescript' : 'module');
  return import(href);
}

const resolve: Parameters<typeof registerHooks>[0]['resolve'] = (specifier, context, next) => {
  // `npm init` writes "type": "commonjs", for which a .ts file that exports is a syntax error.
  const format = formats.get(specifier);
  if (format !== undefined) return { ...next(specifier, context), format };
  if (specifier !== library) return next(specifier, context);
  try {
    return next(specifier, context);
  } catch (error) {
    // A Drydock that is only on the PATH is in no node_modules of the project.
    if (codeOf(error) !== 'ERR_MODULE_NOT_FOUND') throw error;
    return { url: ownLibrary, shortCircuit: true };
  }
};
