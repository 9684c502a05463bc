/** Opens revisions in an editor. */

import { spawnSync } from 'node:child_process';
import type { Config } from '../config/config.ts';
import { DrydockError, messageOf } from '../errors.ts';
import { shellWord } from '../files/shell-word.ts';
import { loadGraph } from '../revisions/load-graph.ts';
import { namedRevisions } from './revisions.ts';

export interface EditedRevision {
  readonly id: string;
  readonly path: string;
  /** Whether the file was changed. */
  readonly changed: boolean;
}

/**
 * Opens each file that an address names in an editor, waits for the editor to exit, and reads all files again.
 * @param editor A shell command, to which the path is appended: `code --wait`. If left out, `$VISUAL`, else `$EDITOR`.
 * @throws {DrydockError} USAGE if there is no editor, it fails, or the revisions are invalid afterwards.
 * @example
 * const edited = await edit(config, 'head');
 * console.log(edited.filter(({ changed }) => changed).map(({ id }) => id));
 */
export async function edit(config: Config, address: string, editor?: string): Promise<readonly EditedRevision[]> {
  const { revisions } = namedRevisions(config, address);
  const command = editor ?? editorOf(process.env, address);
  for (const { path } of revisions) open(command, path);
  // Reports a mistake in the file now; the ids may have changed.
  const after = new Map(loadGraph(config.migrations).revisions.map(({ path, checksum }) => [path, checksum]));
  return revisions.map(({ id, path, checksum }) => ({ id, path, changed: after.get(path) !== checksum }));
}

function editorOf(env: Readonly<Record<string, string | undefined>>, address: string): string {
  const editor = env['VISUAL'] || env['EDITOR'];
  if (editor !== undefined && editor !== '') return editor;
  throw new DrydockError('USAGE', {
    what: 'No editor is named: neither VISUAL nor EDITOR is set',
    next: `Set one, such as \`EDITOR=vi drydock edit ${shellWord(address)}\`, or open the file that \`drydock show ${shellWord(address)}\` names`,
  });
}

/** Through a shell, as git does it, since the variable may hold arguments: `code --wait`. */
function open(editor: string, path: string): void {
  // The editor writes to the terminal; stdout is for the result.
  const { status, signal, error } = spawnSync('sh', ['-c', `${editor} "$@"`, editor, path], {
    stdio: ['inherit', process.stderr, process.stderr],
  });
  if (status === 0) return;
  const how =
    error === undefined ? `ended with ${signal ?? `exit code ${status}`}` : `cannot be run: ${messageOf(error)}`;
  throw new DrydockError('USAGE', {
    what: `The editor '${editor}' ${how}`,
    next: 'Check VISUAL and EDITOR',
    cause: error,
  });
}
