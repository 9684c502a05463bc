import { type CurrentReport, readCurrent } from '../../api/current.ts';
import { headRevisions } from '../../api/revisions.ts';
import type { Config } from '../../config/config.ts';
import { exitCodes } from '../../errors.ts';
import { visible } from '../../visible.ts';
import { revisionEntry, revisionLine } from '../alembic-text.ts';
import type { Output } from '../print.ts';

export interface CurrentFlags {
  readonly verbose?: true;
  readonly checkHeads?: true;
}

export async function current(config: Config, flags: CurrentFlags): Promise<Output> {
  const { verbose, checkHeads } = flags;
  // Without the files there are no heads to be at.
  if (checkHeads) headRevisions(config, 'heads');
  const found = readCurrent(config);
  const { report } = found;
  const entries = entryLines(found, flags);
  const lines = entries.length === 0 ? [visible(`base: no revision is applied to ${report.database}`)] : entries;
  return {
    data: { ...report },
    text: [
      ...(verbose ? [visible(`Current revision(s) for ${report.database}:`)] : []),
      lines.join(verbose ? '\n\n' : '\n'),
      ...(checkHeads && !report.atHeads ? [visible(verdict(report))] : []),
    ].join('\n'),
    exitCode: checkHeads ? exitCodeFor(report) : 0,
  };
}

function entryLines({ graph, revisions, report }: ReturnType<typeof readCurrent>, { verbose }: CurrentFlags): string[] {
  return [
    ...revisions.map((revision) =>
      verbose ? revisionEntry(graph, revision) : revisionLine(graph, revision, { shape: true }),
    ),
    ...report.unknown.map((id) => visible(`${id} (no revision file has it)`)),
  ];
}

function verdict({ missingHeads, unknown }: CurrentReport): string {
  return unknown.length > 0
    ? `The database is at ${unknown.join(', ')}, which no revision file has: it is newer than these files.`
    : `The database is not on all head revisions: ${missingHeads.join(', ')} is not applied. Run \`drydock upgrade\`.`;
}

function exitCodeFor({ missingHeads, unknown }: CurrentReport): number {
  if (unknown.length > 0) return exitCodes.HISTORY;
  return missingHeads.length > 0 ? exitCodes.PENDING : 0;
}
