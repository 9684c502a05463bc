import type { Config } from '../config/config.ts';
import { lintRevisions } from '../lint/lint.ts';
import type { LintResult } from '../lint/lint-finding.ts';
import { loadGraphToRun } from '../revisions/load-graph.ts';
import { namedRevisions } from './revisions.ts';
import { ignore, type RevisionArguments } from './session.ts';

export interface LintReport extends LintResult {
  /** Ids of the revisions that were checked. */
  readonly revisions: readonly string[];
}

/**
 * Looks for dangerous statements in revision files.
 * @param addresses The revisions; none for all of them, including the graph that they form.
 * @throws {DrydockError} USAGE if a file is not a revision, or a module cannot be loaded.
 * @example
 * const { findings } = await lint(config);
 * for (const { path, line, rule, message } of findings) console.log(`${path}:${line}: ${message} (${rule})`);
 */
export async function lint(
  config: Config,
  addresses: readonly string[] = [],
  options: RevisionArguments = {},
): Promise<LintReport> {
  const { arguments: given = {}, observer = ignore } = options;
  const graph = loadGraphToRun(config);
  const named = addresses.flatMap((address) => namedRevisions(config, address, graph).revisions.map(({ id }) => id));
  const ids = addresses.length === 0 ? undefined : [...new Set(named)];
  const around = { extensions: config.sqliteExtensions, observer };
  const report = await lintRevisions(graph, ids, { arguments: given, ignored: config.lintIgnore }, around);
  return { revisions: ids ?? graph.revisions.map(({ id }) => id), ...report };
}
