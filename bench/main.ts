/**
 * `npm run bench`: measures the built command and writes docs/performance.md.
 *
 *   npm run bench -- --megabytes 1000 --small 250 --rounds 3 --starts 30
 *
 * At its defaults it takes about half an hour and 6 GB in data/bench/, on a machine that should do nothing else.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type ModeTimes, type Results, renderResults } from './report.ts';
import { timeGraphs, timeStarts } from './starts.ts';
import { JobSite, journalModes } from './whole-job.ts';

const projectRoot = fileURLToPath(new URL('..', import.meta.url));

const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '1000' },
    small: { type: 'string', default: '250' },
    rounds: { type: 'string', default: '3' },
    starts: { type: 'string', default: '30' },
    directory: { type: 'string', default: join(projectRoot, 'data', 'bench') },
    drydock: { type: 'string', default: join(projectRoot, 'dist', 'drydock.cjs') },
    output: { type: 'string', default: join(projectRoot, 'docs', 'performance.md') },
  },
});
if (!existsSync(values.drydock)) throw new Error(`there is no ${values.drydock}: npm run build`);
mkdirSync(dirname(values.output), { recursive: true });

const memory: Results['memory'][number][] = [];

async function measureMemory(site: JobSite): Promise<void> {
  for (const mode of journalModes) {
    say(`memory, ${mode}`);
    memory.push({ bytes: site.bytes, mode, peak: await site.memory(mode) });
  }
}

const small = openSite(values.small);
say(`${values.starts} runs with nothing pending`);
const starts = await timeStarts(await small.atHead(), Number(values.starts));
say(`${values.starts} times current, with few and with many revisions`);
const graphs = await timeGraphs(values.drydock, join(values.directory, 'graphs'), Number(values.starts));
await measureMemory(small);
small.remove();

const large = openSite(values.megabytes);
const times: ModeTimes[] = [];
for (const mode of journalModes) {
  say(`the whole job, ${mode}, ${values.rounds} rounds`);
  times.push({ mode, times: await large.time(mode, Number(values.rounds)) });
}
await measureMemory(large);
large.remove();

const job = { bytes: large.bytes, comments: large.comments, times };
writeFileSync(values.output, renderResults({ starts, graphs, job, memory }));
say(`wrote ${values.output}`);

function openSite(megabytes: string): JobSite {
  say(`generating a database of ${megabytes} MB`);
  return new JobSite(values.directory, values.drydock, Number(megabytes));
}

function say(text: string): void {
  process.stdout.write(`${new Date().toISOString().slice(11, 19)}  ${text}\n`);
}
