/** The part of the page about restoring. */
import type { Cell } from './measured.ts';
import type { Section } from './part.ts';
import type { RestoreFigures } from './restore.ts';
import { inSeconds, median, megabytes, quotient, ratio, seconds, table, verdict, verdictOfAll } from './words.ts';

const limit = 1.5;

export function renderRestore(cells: readonly Cell<'restore'>[]): Section {
  const figures = cells
    .map((cell) => cell.figures)
    .sort((one, other) => one.bytes - other.bytes || one.mode.localeCompare(other.mode));
  const ratios = figures.map(({ drydock, plain }) => quotient(drydock, plain));
  const rows = figures.map((restore, index) => [
    ...nameOf(restore),
    seconds(median(restore.drydock)),
    seconds(median(restore.plain)),
    ratio(restore.drydock, restore.plain),
    verdict(ratios[index] ?? Number.NaN, limit),
    seconds(median(restore.careful)),
    ratio(restore.drydock, restore.careful),
    restore.drydock.length,
  ]);
  const head = [
    'Journal mode',
    'Database',
    'Restore',
    '`cp`',
    'Ratio',
    `At most ${limit}`,
    'By hand',
    'Ratio',
    'Rounds',
  ];
  const text = `## Restore

\`drydock snapshot restore\` after a change to every tenth row, compared with \`cp\` and fsync of the same file and its folder, and with
[the same job by hand](../bench/restore.sh): \`sha256sum\` of the copy, the replaced file copied aside and fsynced, \`cp\` and fsync,
\`quick_check\`. They run in turn, on the same database.

${table(head, rows, ['---', '---:', '---:', '---:', '---:', '---', '---:', '---:', '---:'])}

A restore does more than copy. It proves that the snapshot is unchanged. It keeps the replaced state, as a copy that is
hashed and forced to the disk before the first page changes. It writes the pages back in one SQLite transaction, so that a crash leaves the old or the
new state, and an open connection sees one of the two: with a rollback journal each page is written twice for that, to the journal and to
the file; in WAL mode too, to the log and, at the checkpoint, to the file. The result is read back by \`quick_check\`. So a restore writes the database three times
where \`cp\` writes it once, which cannot be done for ${limit} times its cost. \`cp\` over a file that a process has
open leaves a torn file for every concurrent reader, and a \`-wal\` or \`-journal\` beside it destroys the database.

Seconds from the start of Drydock's last round until:

${table(...milestoneTable(figures))}

Seconds of the steps by hand:

${table(...stepTable(figures))}`;
  return { text, aims: [[`A restore in at most ${limit} times \`cp\` and fsync`, verdictOfAll(ratios, limit)]] };
}

type TableParts = Parameters<typeof table>;

function milestoneTable(figures: readonly RestoreFigures[]): TableParts {
  return partsOf(figures, ({ milestones }) => milestones);
}

function stepTable(figures: readonly RestoreFigures[]): TableParts {
  return partsOf(figures, ({ steps }) => steps);
}

function partsOf(
  figures: readonly RestoreFigures[],
  of: (restore: RestoreFigures) => RestoreFigures['steps'],
): TableParts {
  const names = figures[0] === undefined ? [] : of(figures[0]).map(({ phase }) => phase);
  const rows = figures.map((restore) => [
    ...nameOf(restore),
    ...names.map((name) => {
      const found = of(restore).find(({ phase }) => phase === name);
      return found === undefined ? '' : inSeconds(found.durationMs);
    }),
  ]);
  return [['Journal mode', 'Database', ...names], rows, ['---', '---:', ...names.map(() => '---:')]];
}

function nameOf({ mode, bytes }: RestoreFigures): string[] {
  return [mode, megabytes(bytes)];
}
