/**
 * `npm run bench`: measures the built command and writes docs/performance.md.
 *
 *   npm run bench -- --megabytes 1000 --small 250 --rounds 3 --starts 30
 *   npm run bench -- --only peers --rounds 5
 *
 * At its defaults it takes about half an hour and 6 GB in data/bench/, on a machine that should do nothing else.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { drydockAnd, migrationCounts, peerNames, timeFromScratch, timeNothingPending, timePhases } from './peers.ts';
import { plotPeers, renderPeers, replacePeers } from './peers-report.ts';
import { type ModeTimes, type Results, renderResults } from './report.ts';
import { timeGraphs } from './starts.ts';
import { JobSite, journalModes } from './whole-job.ts';

const projectRoot = fileURLToPath(new URL('..', import.meta.url));

const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '1000' },
    small: { type: 'string', default: '250' },
    rounds: { type: 'string', default: '3' },
    starts: { type: 'string', default: '30' },
    only: { type: 'string' },
    peers: { type: 'string', default: peerNames.join(',') },
    directory: { type: 'string', default: join(projectRoot, 'data', 'bench') },
    drydock: { type: 'string', default: join(projectRoot, 'dist', 'drydock.cjs') },
    output: { type: 'string', default: join(projectRoot, 'docs', 'performance.md') },
  },
});
if (!existsSync(values.drydock)) throw new Error(`there is no ${values.drydock}: npm run build`);
if (values.only !== undefined && values.only !== 'peers') throw new Error('--only takes peers');
mkdirSync(dirname(values.output), { recursive: true });

const peers = await measurePeers(Number(values.only === 'peers' ? values.rounds : values.starts));
if (values.only === 'peers') {
  writeFileSync(values.output, replacePeers(readFileSync(values.output, 'utf8'), peers));
  say(`wrote the peers' part of ${values.output}`);
} else {
  writeFileSync(values.output, await measureAll());
  say(`wrote ${values.output}`);
}

/** @returns The part of the page. Its plot is written beside the page. */
async function measurePeers(rounds: number): Promise<string> {
  say(`${rounds} rounds of nothing pending, beside the peers`);
  const folder = join(values.directory, 'peers');
  const compared = drydockAnd(values.drydock, values.peers.split(','));
  const nothingPending = await timeNothingPending(compared, folder, rounds);
  const fromScratch = [];
  for (const count of migrationCounts) {
    say(`${rounds} rounds of ${count} migrations, beside the peers`);
    fromScratch.push(await timeFromScratch(compared, folder, count, rounds));
  }
  writeFileSync(join(dirname(values.output), 'performance-peers.svg'), plotPeers(fromScratch));
  const [own] = compared;
  if (own === undefined) throw new Error('Drydock is not among what is measured');
  const phases = await timePhases(own, folder, migrationCounts.at(-1) ?? 0, rounds);
  return renderPeers({ nothingPending, fromScratch, phases });
}

/** @returns The whole page. */
async function measureAll(): Promise<string> {
  const memory: Results['memory'][number][] = [];
  const measureMemory = async (site: JobSite) => {
    for (const mode of journalModes) {
      say(`memory, ${mode}`);
      memory.push({ bytes: site.bytes, mode, peak: await site.memory(mode) });
    }
  };

  say(`${values.starts} times current, with few and with many revisions`);
  const graphs = await timeGraphs(values.drydock, join(values.directory, 'graphs'), Number(values.starts));
  const small = openSite(values.small);
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
  return renderResults({ peers, graphs, job, memory });
}

function openSite(megabytes: string): JobSite {
  say(`generating a database of ${megabytes} MB`);
  return new JobSite(values.directory, values.drydock, Number(megabytes));
}

function say(text: string): void {
  process.stdout.write(`${new Date().toISOString().slice(11, 19)}  ${text}\n`);
}
