import type { Config } from '../../config/config.ts';
import { exitCodes } from '../../errors.ts';
import { branchHeads } from '../../revisions/branches.ts';
import { readState } from '../../run/read-state.ts';
import type { Output } from '../print.ts';
import { revisionEntry, revisionLine } from '../revision-text.ts';

export interface CurrentFlags {
  readonly verbose?: true;
  readonly checkHeads?: true;
}

/**
 * `database`, `current` (the rows of `alembic_version`), `heads` (among the files), `atHeads` (all of those are applied,
 * and nothing that the files do not know), `missingHeads`, `unknown` (rows that no file has).
 */
export async function current(config: Config, { verbose, checkHeads }: CurrentFlags): Promise<Output> {
  const { database, graph, applied } = readState(config);
  const known = applied.current.filter((id) => graph.get(id) !== undefined);
  const unknown = applied.current.filter((id) => graph.get(id) === undefined);
  const reached = graph.ancestors(known);
  const missingHeads = graph.heads.filter((id) => !reached.has(id));
  // Also the heads of branches that another one depends on, which have no row: Alembic lists those too.
  const revisions = branchHeads(graph, reached).flatMap((id) => graph.get(id) ?? []);
  const entries = [
    ...revisions.map((revision) =>
      verbose ? revisionEntry(graph, revision) : revisionLine(graph, revision, { shape: true }),
    ),
    ...unknown.map((id) => `${id} (no revision file has it)`),
  ];
  const lines = entries.length === 0 ? [`base: no revision is applied to ${database}`] : entries;
  const atHeads = missingHeads.length === 0 && unknown.length === 0;
  return {
    data: { database, current: applied.current, heads: graph.heads, atHeads, missingHeads, unknown },
    text: [
      ...(verbose ? [`Current revision(s) for ${database}:`] : []),
      lines.join(verbose ? '\n\n' : '\n'),
      ...(checkHeads && !atHeads ? [verdict(missingHeads, unknown)] : []),
    ].join('\n'),
    exitCode: checkHeads ? exitCodeFor(missingHeads, unknown) : 0,
  };
}

function verdict(missingHeads: readonly string[], unknown: readonly string[]): string {
  return unknown.length > 0
    ? `The database is at ${unknown.join(', ')}, which no revision file has: it is newer than these files.`
    : `The database is not on all head revisions: ${missingHeads.join(', ')} is not applied. Run drydock upgrade.`;
}

function exitCodeFor(missingHeads: readonly string[], unknown: readonly string[]): number {
  if (unknown.length > 0) return exitCodes.HISTORY;
  return missingHeads.length > 0 ? exitCodes.PENDING : 0;
}
