import { editRevisions } from '../../api/edit.ts';
import type { Config } from '../../config/config.ts';
import { visibleLines } from '../../visible.ts';
import type { Output } from '../print.ts';

/** `revisions`: of each file that was opened its `id`, `path`, and whether it was `changed`. */
export async function edit(config: Config, address: string): Promise<Output> {
  const edited = editRevisions(config, address, undefined, process.env);
  return {
    data: { revisions: edited },
    text: visibleLines(edited.map(({ path, changed }) => `${changed ? 'Edited' : 'Left as it was:'} ${path}`)),
  };
}
