import { type Dirent, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { codeOf, DrydockError, messageOf } from '../../errors.ts';
import { shellWord } from '../../files/shell-word.ts';
import type { Revision } from '../revision.ts';
import { fileError, filesError } from './file-error.ts';
import { parseModuleRevision } from './module-file.ts';
import { parseSqlRevision } from './sql-file.ts';

/**
 * Reads every revision file in a folder: `.sql`, `.ts`, `.mts`, `.js` and `.mjs`, but no subfolders, `.d.ts` files or files
 * whose name begins with a dot. Modules are not run.
 * @param recorded As in {@link parseSqlRevision}.
 * @returns The revisions sorted by file name, which is not the order of the graph.
 * @throws {DrydockError} USAGE if the folder cannot be read, or with all files that cannot be read, are not UTF-8, or are not
 *   revisions.
 */
export function loadRevisions(folder: string, recorded?: ReadonlySet<string>): Revision[] {
  const absolute = resolve(folder);
  const problems: DrydockError[] = [];
  const revisions = fileNames(absolute).flatMap((name) => {
    try {
      requireKindThatRuns(join(absolute, name));
      return readRevision(join(absolute, name), recorded);
    } catch (error) {
      if (!(error instanceof DrydockError)) throw error;
      problems.push(error);
      return [];
    }
  });
  const error = filesError(problems);
  if (error !== undefined) throw error;
  return revisions;
}

function fileNames(folder: string): string[] {
  // A symbolic link counts as a file: a volume from a Kubernetes ConfigMap holds nothing else.
  return readFolder(folder)
    .filter((entry) => !entry.isDirectory() && (isRevisionFile(entry.name) || isLikeOne(entry.name)))
    .map((entry) => entry.name)
    .sort();
}

function isRevisionFile(name: string): boolean {
  return /\.(?:sql|m?[jt]s)$/i.test(name) && !/\.d\.m?ts$/i.test(name) && !name.startsWith('.');
}

/** A file that its author may well take for a revision. */
function isLikeOne(name: string): boolean {
  return (
    /\.(?:c[jt]s|[jt]sx|(?:sql|[cm]?[jt]sx?)\.txt)$/i.test(name) && !/\.d\.cts$/i.test(name) && !name.startsWith('.')
  );
}

/** @throws {DrydockError} USAGE */
function requireKindThatRuns(path: string): void {
  if (isRevisionFile(path)) return;
  throw fileError(
    path,
    1,
    'a revision is a .sql, .ts, .mts, .js or .mjs file: rename it, or move it to a subfolder if it is none',
  );
}

function readFolder(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (cause) {
    const missing = codeOf(cause) === 'ENOENT';
    throw new DrydockError('USAGE', {
      what: missing
        ? `The folder of the revisions, ${folder}, does not exist`
        : `The folder of the revisions, ${folder}, cannot be read: ${messageOf(cause)}`,
      next: missing
        ? `Check --migrations (or \`migrations\` in the config), and in a container that the volume is mounted; for a new one: \`mkdir -p ${shellWord(folder)}\``
        : 'Name the right folder with --migrations (or `migrations` in the config)',
      cause,
    });
  }
}

function readRevision(path: string, recorded: ReadonlySet<string> | undefined): Revision {
  const text = decode(readBytes(path), path);
  return /\.sql$/i.test(path) ? parseSqlRevision(text, path, recorded) : parseModuleRevision(text, path);
}

function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new DrydockError('USAGE', {
      what: `The revision file ${path} cannot be read: ${messageOf(cause)}`,
      next: 'Make the file readable, or take it out of the folder',
      cause,
    });
  }
}

/** Refuses text that is not UTF-8: replacement characters would silently change the data. */
function decode(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new DrydockError('USAGE', {
      what: `The revision file ${path} is not valid UTF-8`,
      next: 'Save the file as UTF-8',
      cause,
    });
  }
}
