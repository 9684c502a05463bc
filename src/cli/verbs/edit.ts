import { spawnSync } from 'node:child_process';
import { namedRevisions } from '../../api/revisions.ts';
import type { Config } from '../../config/config.ts';
import { DrydockError, messageOf } from '../../errors.ts';
import { loadGraph } from '../../run/preflight.ts';
import type { Output } from '../print.ts';

/** `revisions`: of each file that was opened its `id`, `path`, and whether it was `changed`. */
export async function edit(config: Config, address: string): Promise<Output> {
  const { revisions } = namedRevisions(config, address);
  const editor = editorOf(process.env);
  for (const { path } of revisions) open(editor, path);
  // A mistake in the file is best heard of now; the files may have other ids after it.
  const after = new Map(loadGraph(config.migrations).revisions.map(({ path, checksum }) => [path, checksum]));
  const edited = revisions.map(({ id, path, checksum }) => ({ id, path, changed: after.get(path) !== checksum }));
  return {
    data: { revisions: edited },
    text: edited.map(({ path, changed }) => `${changed ? 'Edited' : 'Left as it was:'} ${path}`).join('\n'),
  };
}

function editorOf(env: NodeJS.ProcessEnv): string {
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
