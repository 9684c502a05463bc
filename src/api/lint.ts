import type { Config } from '../config/config.ts';
import type { Observer } from '../events.ts';
import { lintRevisions } from '../lint/lint.ts';
import type { LintResult } from '../lint/lint-finding.ts';
import { loadGraphToRun } from '../revisions/load-graph.ts';
import { namedRevisions } from './revisions.ts';

export interface LintReport extends LintResult {
  /** Ids of those that were looked at. */
  readonly revisions: readonly string[];
}

/**
 * @param addresses Which revisions; none for all of them, and then for the graph that they make too.
 * @param given What the revisions find in `op.arguments`.
 */
export async function lintFiles(
  config: Config,
  addresses: readonly string[],
  given: Readonly<Record<string, string>>,
  observer: Observer,
): Promise<LintReport> {
  const graph = loadGraphToRun(config);
  const named = addresses.flatMap((address) => namedRevisions(config, address, graph).revisions.map(({ id }) => id));
  const ids = addresses.length === 0 ? undefined : [...new Set(named)];
  const report = await lintRevisions(graph, ids, given, observer);
  return { revisions: ids ?? graph.revisions.map(({ id }) => id), ...report };
}
