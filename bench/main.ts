/**
 * `npm run bench`: measures the built command and writes docs/performance.md.
 *
 *   npm run bench
 *   npm run bench -- --only job --kinds fill --modes wal --megabytes 1000 --rounds 1
 *
 * What is measured takes the place of what was measured of the same before. The generated databases stay in data/bench/
 * for the next time; the live ones beside them take four times the size of the largest.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { axes, type GrowthFigures, timeRevisions, timeTables } from './growth.ts';
import { plotGrowth } from './growth-report.ts';
import { timeJob, watchMemory } from './job.ts';
import { jobKinds } from './jobs.ts';
import { keep, type Part, readMeasured } from './measured.ts';
import { parts, renderPage } from './page.ts';
import { peerNames, timePeers } from './peers.ts';
import { plotPeers } from './peers-report.ts';
import { timeRestore } from './restore.ts';
import { type JournalMode, journalModes, Site } from './site.ts';
import { timeGraphs } from './starts.ts';

const projectRoot = fileURLToPath(new URL('..', import.meta.url));

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: parts.join() },
    rounds: { type: 'string', default: '3' },
    starts: { type: 'string', default: '30' },
    peers: { type: 'string', default: peerNames.join() },
    kinds: { type: 'string', default: jobKinds.join() },
    modes: { type: 'string', default: journalModes.join() },
    megabytes: { type: 'string', default: '1000,4000' },
    axes: { type: 'string', default: axes.join() },
    sizes: { type: 'string', default: '10,30,100,300' },
    revisions: { type: 'string', default: '1,5,20,100,200,500,1000,2000' },
    tables: { type: 'string', default: '1,5,20,100,200,500,1000' },
    directory: { type: 'string', default: join(projectRoot, 'data', 'bench') },
    drydock: { type: 'string', default: join(projectRoot, 'dist', 'drydock.cjs') },
    output: { type: 'string', default: join(projectRoot, 'docs', 'performance.md') },
  },
});
const { drydock, directory, output } = values;
if (!existsSync(drydock)) throw new Error(`there is no ${drydock}: npm run build`);
const store = output.replace(/\.md$/, '.json');
const rounds = Number(values.rounds);
const kinds = chosen('kinds', jobKinds);
const modes = chosen('modes', journalModes);
const sizes = numbers('megabytes');

const measure: { readonly [P in Part]: () => Promise<void> } = {
  async peers() {
    const folder = join(directory, 'peers');
    keep(store, 'peers', 'peers', await timePeers(drydock, values.peers.split(','), folder, rounds));
  },

  async starts() {
    keep(store, 'starts', 'starts', await timeGraphs(drydock, join(directory, 'graphs'), Number(values.starts)));
  },

  job: () =>
    eachSite(sizes, async (site, mode) => {
      for (const kind of kinds) {
        say(`the whole job: ${kind}, ${mode}, ${site.megabytes} MB`);
        const { job, memory } = await timeJob(site, kind, mode, rounds);
        const key = `${kind}, ${mode}, ${site.megabytes} MB`;
        keep(store, 'job', key, job);
        keep(store, 'memory', key, memory);
        if (kind === 'fill') keepGrowth([sizePoint(site, mode, job.drydock)]);
      }
    }),

  /** The whole job measures it too. */
  memory: () =>
    eachSite(sizes, async (site, mode) => {
      for (const kind of kinds) {
        say(`memory: ${kind}, ${mode}, ${site.megabytes} MB`);
        keep(store, 'memory', `${kind}, ${mode}, ${site.megabytes} MB`, await watchMemory(site, kind, mode));
      }
    }),

  restore: () =>
    eachSite(sizes, async (site, mode) => {
      say(`restore: ${mode}, ${site.megabytes} MB`);
      keep(store, 'restore', `${mode}, ${site.megabytes} MB`, await timeRestore(site, mode, rounds));
    }),

  async growth() {
    const along = chosen('axes', axes);
    const folder = join(directory, 'growth');
    if (along.includes('size')) await eachSite(numbers('sizes'), growInSize);
    for (const count of along.includes('revisions') ? numbers('revisions') : []) {
      say(`growth: ${count} revisions`);
      keepGrowth(await timeRevisions(drydock, folder, count, rounds));
    }
    for (const count of along.includes('tables') ? numbers('tables') : []) {
      say(`growth: ${count} tables`);
      keepGrowth(await timeTables(drydock, folder, count, rounds));
    }
  },
};

const wanted = chosen('only', parts);
mkdirSync(dirname(output), { recursive: true });
for (const part of wanted) {
  if (part === 'memory' && wanted.includes('job')) continue;
  say(part);
  await measure[part]();
  writePage();
}

async function eachSite(
  megabytes: readonly number[],
  use: (site: Site, mode: JournalMode) => Promise<void>,
): Promise<void> {
  for (const size of megabytes) {
    say(`a database of ${size} MB`);
    const site = new Site(directory, drydock, size);
    for (const mode of modes) await use(site, mode);
    site.remove();
  }
}

async function growInSize(site: Site, mode: JournalMode): Promise<void> {
  say(`growth: ${mode}, ${site.megabytes} MB`);
  const times = [];
  for (let round = 0; round < rounds; round += 1) times.push((await site.upgrade('fill', mode)).milliseconds);
  keepGrowth([sizePoint(site, mode, times)]);
}

function sizePoint(site: Site, mode: JournalMode, times: readonly number[]): GrowthFigures {
  return { axis: 'size', line: `journal mode ${mode}`, x: site.megabytes, times };
}

function keepGrowth(points: readonly GrowthFigures[]): void {
  for (const point of points) keep(store, 'growth', `${point.axis} ${point.x}, ${point.line}`, point);
}

function writePage(): void {
  const measured = readMeasured(store);
  writeFileSync(output, renderPage(measured));
  const plot = (name: string, svg: string) => writeFileSync(join(dirname(output), `performance-${name}.svg`), svg);
  for (const { figures } of measured.peers) plot('peers', plotPeers(figures));
  const growth = measured.growth.map(({ figures }) => figures);
  for (const axis of axes) if (growth.some((one) => one.axis === axis)) plot(axis, plotGrowth(growth, axis));
}

/** @throws {Error} for a word that is not among these. */
function chosen<T extends string>(option: 'only' | 'kinds' | 'modes' | 'axes', from: readonly T[]): T[] {
  const words = values[option].split(',');
  const unknown = words.find((word) => !from.some((one) => one === word));
  if (unknown !== undefined) throw new Error(`--${option} takes ${from.join(', ')}, and not ${unknown}`);
  return from.filter((one) => words.includes(one));
}

function numbers(option: 'megabytes' | 'sizes' | 'revisions' | 'tables'): number[] {
  return values[option].split(',').map(Number);
}

function say(text: string): void {
  process.stdout.write(`${new Date().toISOString().slice(11, 19)}  ${text}\n`);
}
