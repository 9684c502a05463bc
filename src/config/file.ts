import { readFileSync } from 'node:fs';
import path from 'node:path';
import { codeOf, DrydockError, messageOf } from '../errors.ts';
import type { ConfigText } from './file-text.ts';

export interface ConfigFile extends ConfigText {
  /** Absolute. Paths in the file are relative to it. */
  readonly folder: string;
}

/**
 * @param name As the user gave it, relative to `cwd`; errors use it.
 * @returns Undefined if there is no such file.
 * @throws {DrydockError} USAGE
 */
export async function readConfigFile(cwd: string, name: string): Promise<ConfigFile | undefined> {
  const file = path.resolve(cwd, name);
  const content = readIfThere(file, name);
  if (content === undefined) return undefined;
  const { parseConfigText } = await import('./file-text.ts');
  return { folder: path.dirname(file), ...parseConfigText(content, name) };
}

function readIfThere(file: string, name: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined;
    const next = 'Check that it is a file and that this user has permission to read it';
    throw new DrydockError('USAGE', { what: `${name} cannot be read: ${messageOf(cause)}`, next, cause });
  }
}
