/** Revisions in an editor. */
import { spawnSync } from 'node:child_process';
import type { Config } from '../config/config.ts';
import { DrydockError, messageOf } from '../errors.ts';
import { loadGraph } from '../revisions/load-graph.ts';
import { namedRevisions } from './revisions.ts';

export interface EditedRevision {
  readonly id: string;
  readonly path: string;
  /** Whether the file is not what it was. */
  readonly changed: boolean;
}

/**
 * Opens each file that an address names in an editor, waits until it has ended, and reads all of them again.
 * @param editor A command as a shell reads it, which gets the path: `code --wait`. If left out, `$VISUAL`, else `$EDITOR`.
 * @throws {DrydockError} USAGE if there is no editor, it fails, or what it left is no set of revisions.
 * @example
 * const edited = await edit(config, 'head');
 * console.log(edited.filter(({ changed }) => changed).map(({ id }) => id));
 */
export async function edit(config: Config, address: string, editor?: string): Promise<readonly EditedRevision[]> {
  const { revisions } = namedRevisions(config, address);
  const command = editor ?? editorOf(process.env);
  for (const { path } of revisions) open(command, path);
  // A mistake in the file is best heard of now; the files may have other ids after it.
  const after = new Map(loadGraph(config.migrations).revisions.map(({ path, checksum }) => [path, checksum]));
  return revisions.map(({ id, path, checksum }) => ({ id, path, changed: after.get(path) !== checksum }));
}

function editorOf(env: Readonly<Record<string, string | undefined>>): string {
  const editor = env['VISUAL'] || env['EDITOR'];
  if (editor !== undefined && editor !== '') return editor;
  throw new DrydockError('USAGE', {
    what: 'No editor is named: neither VISUAL nor EDITOR is set',
    next: 'Set one, such as EDITOR=vi drydock edit head, or open the file that `drydock show` names',
  });
}

/** Through a shell, as git does it, since the variable may hold arguments: `code --wait`. */
function open(editor: string, path: string): void {
  // What the editor writes belongs to the terminal; stdout is for the result.
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
