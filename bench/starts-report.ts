/** The part of the page about questions about the revisions. */
import type { Cell } from './measured.ts';
import type { Section } from './part.ts';
import { revisionCounts } from './starts.ts';
import { median, ms, ratio, table } from './words.ts';

export function renderStarts([cell]: readonly Cell<'starts'>[]): Section {
  if (cell === undefined) throw new Error('nothing was measured');
  const { few, many } = cell.figures;
  const row = (count: number, times: readonly number[]) => [
    `\`drydock current\`, ${count} revisions`,
    ms(median(times)),
    ms(Math.min(...times)),
    ratio(times, few),
  ];
  const rows = [row(revisionCounts.few, few), row(revisionCounts.many, many)];
  const text = `## Many revisions

Commands that only read revisions do not run them. Whole processes, ${few.length} of each, alternating.

${table(['', 'Median', 'Fastest', 'Beside the first'], rows, ['---', '---:', '---:', '---:'])}`;
  return { text, aims: [] };
}
