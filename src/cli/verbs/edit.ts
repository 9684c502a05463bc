import { edit as editRevisions } from '../../api/edit.ts';
import type { Config } from '../../config/config.ts';
import { visibleLines } from '../../visible.ts';
import type { Output } from '../print.ts';

/** `revisions`: each opened file's `id`, `path`, and whether it was `changed`. */
export async function edit(config: Config, address: string): Promise<Output> {
  const edited = await editRevisions(config, address);
  return {
    data: { revisions: edited },
    text: visibleLines(edited.map(({ path, changed }) => `${changed ? 'Edited' : 'Left as it was:'} ${path}`)),
  };
}
