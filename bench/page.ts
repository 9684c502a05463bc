/** docs/performance.md, from what was measured. */
import { renderGrowth } from './growth-report.ts';
import { renderJob } from './job-report.ts';
import type { Cell, Measured, Part } from './measured.ts';
import { renderMemory } from './memory-report.ts';
import { measuredWhen, type Section } from './part.ts';
import { renderPeers } from './peers-report.ts';
import { renderRestore } from './restore-report.ts';
import { renderStarts } from './starts-report.ts';
import { table } from './words.ts';

const renderers: { readonly [P in Part]: (cells: readonly Cell<P>[]) => Section } = {
  peers: renderPeers,
  starts: renderStarts,
  job: renderJob,
  memory: renderMemory,
  restore: renderRestore,
  growth: renderGrowth,
};

export const parts = Object.keys(renderers) as Part[];

export function renderPage(measured: Measured): string {
  const sections = parts
    .filter((part) => measured[part].length > 0)
    .map((part) => ({ ...renderPart(measured, part), when: measuredWhen(measured[part]) }));
  const hasLarge = measured.job.some(({ figures }) => figures.bytes > 4e9);
  const large = hasLarge ? [] : [['The whole job, its memory and a restore at 4 GB too', 'not measured yet']];
  const aims = [...sections.flatMap((section) => section.aims), ...large];
  return `# Performance

What Drydock's safety costs. One command measures whole processes, together with what they are compared with:

\`\`\`text
npm run bench
npm run bench -- --only restore --megabytes 250 --rounds 3
\`\`\`

The first command measures everything and takes some hours; the second measures a part of it and replaces the earlier figures of that part (\`--only\`
${parts.join(', ')}). The command writes this page, the plots, and [every figure](performance.json). A database
is in the page cache when a run begins. Seconds vary by machine and by day; ratios vary much less.

## The aims

${table(['Aim', 'Seen'], aims, ['---', '---'])}

No check is switched off for any figure. The tests compare the cost of a start, in processes, code, statements, checks, waits for the
disk and instructions, with [a budget](../test/costs/budget.json) that is the same on every machine. A change that exceeds the budget
must give its reason there.

${sections.map(({ text, when }) => text.replace('\n\n', `\n\n${when}\n\n`)).join('\n\n')}
`;
}

function renderPart<P extends Part>(measured: Measured, part: P): Section {
  const render: (cells: Measured[P]) => Section = renderers[part];
  return render(measured[part]);
}
