/** The part of the page about memory. */
import { jobs } from './jobs.ts';
import type { Cell } from './measured.ts';
import type { Section } from './part.ts';
import { byJob } from './site.ts';
import { megabytes, table, verdict, verdictOfAll } from './words.ts';

const limitMegabytes = 300;

export function renderMemory(cells: readonly Cell<'memory'>[]): Section {
  const figures = cells.map((cell) => cell.figures).sort(byJob);
  const allocated = figures.map(({ peak }) => peak.anonymous / 1e6);
  const rows = figures.map(({ kind, mode, bytes, peak }) => [
    jobs[kind].title,
    mode,
    megabytes(bytes),
    megabytes(peak.anonymous),
    verdict(peak.anonymous / 1e6, limitMegabytes),
    megabytes(peak.resident),
  ]);
  const head = ['Job', 'Journal mode', 'Database', 'Allocated', `At most ${limitMegabytes} MB`, 'Resident'];
  const text = `## Memory

Peaks of the whole process tree in the whole job, sampled every 50 ms. *Allocated* (RssAnon) is the memory that the processes need. *Resident*
(VmHWM, summed) also counts mapped pages of the database, which the system can reclaim.

${table(head, rows, ['---', '---', '---:', '---:', '---', '---:'])}

Memory does not grow with the database: it holds three Node processes, and the page cache of each connection, which is 64 MB at
most.`;
  const seen = `${verdictOfAll(allocated, limitMegabytes)}; ${Math.max(...allocated).toFixed(0)} MB at the most`;
  return { text, aims: [[`Peak memory under ${limitMegabytes} MB, whatever the size`, seen]] };
}
