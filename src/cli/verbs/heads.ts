import { entriesOf, headRevisions } from '../../api/revisions.ts';
import type { Config } from '../../config/config.ts';
import { visible } from '../../visible.ts';
import { revisionEntry, revisionLine } from '../alembic-text.ts';
import type { Output } from '../print.ts';

export interface HeadsFlags {
  readonly verbose?: true;
  readonly resolveDependencies?: true;
}

/** `revisions`: each head, as in `show`. With `--resolve-dependencies` only those that no revision depends on. */
export async function heads(config: Config, { verbose, resolveDependencies }: HeadsFlags): Promise<Output> {
  const found = headRevisions(config, resolveDependencies ? 'tips' : 'heads');
  const { graph, revisions } = found;
  const texts = revisions.map((revision) =>
    verbose ? revisionEntry(graph, revision) : revisionLine(graph, revision, { labels: true }),
  );
  return {
    data: { revisions: entriesOf(found) },
    text:
      texts.length === 0
        ? visible(`There are no revisions in ${config.migrations}`)
        : texts.join(verbose ? '\n\n' : '\n'),
  };
}
