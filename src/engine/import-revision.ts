/** How revision files are imported, wherever they stand and whatever the package.json above them says. */
import { registerHooks } from 'node:module';
import { extname } from 'node:path';
import { pathToFileURL } from 'node:url';

/** By URL, as it is asked for: what a symbolic link leads to may be called otherwise. */
const formats = new Map<string, 'module' | 'module-typescript'>();

/** Imports a revision file: always as an ES module. */
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
  return next(specifier, context);
};
