/** The part of docs/performance.md that is about the peers, and its plot. */
import { loadavg } from 'node:os';
import { migrationCounts, type Timed } from './peers.ts';
import { renderPlot } from './plot.ts';
import { environment, median, ms, ratio } from './report.ts';

export interface PeerTimes {
  /** Bare Node first, then Drydock. */
  readonly nothingPending: readonly Timed[];
  /** One for each of `migrationCounts`, Drydock first. */
  readonly fromScratch: readonly (readonly Timed[])[];
  /** Of Drydock with the last of `migrationCounts`. */
  readonly phases: ReadonlyMap<string, readonly number[]>;
}

const [begins, ends] = ['<!-- bench peers: begin -->', '<!-- bench peers: end -->'];

/** @throws {Error} where the page has no such part. */
export function replacePeers(page: string, part: string): string {
  const [before, after] = [page.split(begins)[0], page.split(ends)[1]];
  if (before === undefined || after === undefined) throw new Error(`there is no ${begins} … ${ends}`);
  return before + part + after;
}

export function plotPeers(fromScratch: PeerTimes['fromScratch']): string {
  const lines = (fromScratch[0] ?? []).map(({ name }, tool) => ({
    name,
    points: migrationCounts.map((x, index) => ({ x, y: median(fromScratch[index]?.[tool]?.times ?? []) })),
  }));
  return renderPlot('Trivial migrations from scratch, whole process, median', lines);
}

export function renderPeers({ nothingPending, fromScratch, phases }: PeerTimes): string {
  const [node, drydock] = nothingPending;
  const rounds = node?.times.length ?? 0;
  const tools = (fromScratch[0] ?? []).map(({ name, version }) => ({ name, version }));
  return `${begins}
## Nothing pending

What nearly every start of a container is: 20 migrations, all of them applied. Whole processes from spawn to exit, ${rounds} rounds
in which each runs once. How each of the peers is used: [peers.md](peers.md). Measured in one run:

${environment()}
- Load ${loadavg()[0]?.toFixed(1)} at the end: read the ratios

| | Version | Median | Fastest | Beside bare Node | Beside Drydock |
|---|---|---:|---:|---:|---:|
${nothingPending.map((each) => noOpRow(each, node, drydock)).join('\n')}

${noOpVerdict(nothingPending)}

## Trivial revisions from scratch

Into an empty database, one CREATE TABLE each. Drydock with all of its safety on: locks, snapshot forced to the disk and
proven by integrity_check and a hash, the checks before the commit and after it, history and a record of the run. The peers with none of it.
Medians of ${rounds} rounds in milliseconds, and beside Drydock's in the same rounds:

| | Version | ${migrationCounts.map((count) => `${count} | |`).join(' ')}
|---|---|${migrationCounts.map(() => '---:|---:|').join('')}
${tools.map(({ name, version }, tool) => `| ${name} | ${version} | ${fromScratch.map((timed) => scratchCells(timed, tool)).join(' | ')} |`).join('\n')}

![Milliseconds by the number of migrations](performance-peers.svg)

${scratchVerdict(fromScratch.at(-1) ?? [])}

Where Drydock's time goes with ${migrationCounts.at(-1)} revisions, medians. \`hold\` has the start of the engine's process in it, \`inspect\` that of the
process that proves the snapshot; outside the phases are the start of the command itself, the reading of the revisions, and the record of the run. A peer
is one process; a run is three, started one after the other.

| Phase | Median |
|---|---:|
${[...phases].map(([phase, times]) => `| ${phase} | ${ms(median(times))} |`).join('\n')}
${ends}`;
}

function noOpRow(each: Timed, node: Timed | undefined, drydock: Timed | undefined): string {
  const beside = (base: Timed | undefined) => ratio(each.times, base?.times ?? []);
  return `| ${each.name} | ${each.version} | ${ms(median(each.times))} | ${ms(Math.min(...each.times))} | ${beside(node)} | ${beside(drydock)} |`;
}

function scratchCells(timed: readonly Timed[], tool: number): string {
  const times = timed[tool]?.times ?? [];
  return `${median(times).toFixed(0)} | ${ratio(times, timed[0]?.times ?? [])}`;
}

function noOpVerdict([node, drydock, ...peers]: readonly Timed[]): string {
  const factor = median(drydock?.times ?? []) / median(node?.times ?? []);
  const kept = factor <= 1.5 ? 'Kept' : `Missed by ${((factor / 1.5 - 1) * 100).toFixed(0)} %`;
  return `Aim: at most 1.5 times bare Node, and faster than every peer but the static Go binary. ${kept}: ${factor.toFixed(2)} times; beyond Node's own start
Drydock loads its code, reads and checks every revision file, and opens the database. ${fasterThan(drydock, peers)}`;
}

function scratchVerdict([drydock, ...peers]: readonly Timed[]): string {
  return `Aim: ${migrationCounts.at(-1)} revisions faster than every one of them. ${fasterThan(drydock, peers)}`;
}

function fasterThan(drydock: Timed | undefined, peers: readonly Timed[]): string {
  const own = median(drydock?.times ?? []);
  const faster = peers.filter(({ times }) => median(times) < own);
  if (faster.length === 0) return 'None of the peers is faster.';
  const by = faster.map(
    ({ name, times }) => `${name} (Drydock takes ${(own / median(times)).toFixed(2)} times as long)`,
  );
  return `Faster than Drydock: ${by.join(', ')}.`;
}
