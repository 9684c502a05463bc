/** Imports revision files, wherever they are and whatever the package.json above them says. */
import { registerHooks } from 'node:module';
import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { codeOf } from '../errors.ts';

const library = 'sqlite-drydock';

/** In the package, the library is beside the engine. */
const ownLibrary = new URL(import.meta.url.endsWith('.ts') ? '../index.ts' : './index.js', import.meta.url).href;

/** Keyed by the requested URL: the target of a symbolic link may have another name. */
const formats = new Map<string, 'module' | 'module-typescript'>();

/** Imports a revision file as an ES module. It can import the library even if none is installed. */
export async function importRevision(path: string): Promise<Record<string, unknown>> {
  if (formats.size === 0) registerHooks({ resolve });
  const { href } = pathToFileURL(path);
  formats.set(href, ['.ts', '.mts'].includes(extname(path)) ? 'module-typescript' : 'module');
  return import(href);
}

const resolve: Parameters<typeof registerHooks>[0]['resolve'] = (specifier, context, next) => {
  // `npm init` writes "type": "commonjs", which makes an `export` in a .ts file a syntax error.
  const format = formats.get(specifier);
  if (format !== undefined) return { ...next(specifier, context), format };
  if (specifier !== library) return next(specifier, context);
  try {
    return next(specifier, context);
  } catch (error) {
    // A Drydock that is only on the PATH is not in the project's node_modules.
    if (codeOf(error) !== 'ERR_MODULE_NOT_FOUND') throw error;
    return { url: ownLibrary, shortCircuit: true };
  }
};
