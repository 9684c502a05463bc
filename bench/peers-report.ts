/** The part of the page about the peers, and its plot. */
import type { Cell } from './measured.ts';
import type { Section } from './part.ts';
import { migrationCounts, type PeerTimes, type Timed } from './peers.ts';
import { renderPlot } from './plot.ts';
import { median, ms, quotient, ratio, verdict } from './words.ts';

const limit = 1.5;

export function plotPeers({ fromScratch }: PeerTimes): string {
  const lines = (fromScratch[0] ?? []).map(({ name }, tool) => ({
    name,
    points: migrationCounts.map((x, index) => ({ x, y: median(fromScratch[index]?.[tool]?.times ?? []) })),
  }));
  return renderPlot('Trivial migrations from scratch, whole process, median', 'migrations', lines);
}

export function renderPeers([cell]: readonly Cell<'peers'>[]): Section {
  if (cell === undefined) throw new Error('nothing was measured');
  const { nothingPending, fromScratch, phases } = cell.figures;
  const [node, drydock, ...peers] = nothingPending;
  const rounds = node?.times.length ?? 0;
  const tools = (fromScratch[0] ?? []).map(({ name, version }) => ({ name, version }));
  const factor = quotient(drydock?.times ?? [], node?.times ?? []);
  const most = migrationCounts.at(-1);
  const [ownMost, ...othersMost] = fromScratch.at(-1) ?? [];
  const text = `## Nothing pending

This is what happens at nearly every start of a container: 20 migrations, all applied. Whole processes from spawn to exit, ${rounds} rounds
in which each tool runs once, at a load of ${cell.surroundings.load} at the end. [peers.md](peers.md) says how each tool is used.

| | Version | Median | Fastest | Beside bare Node | Beside Drydock |
|---|---|---:|---:|---:|---:|
${nothingPending.map((each) => noOpRow(each, node, drydock)).join('\n')}

Aim: at most ${limit} times bare Node, ${verdict(factor, limit)}: ${factor.toFixed(2)}; and faster than every peer but the static Go binary. ${fasterThan(drydock, peers)}
After Node's own start, Drydock loads its code, reads and checks every revision file, and opens the database.

## Trivial revisions from scratch

Each revision is one CREATE TABLE in an empty database. Drydock runs with all of its safety: locks, a snapshot forced to the disk and
proven by integrity_check and a hash, the checks before and after the commit, the history and a record of the run. The other tools have none of these.
Medians of ${rounds} rounds in milliseconds, each followed by its ratio to Drydock in the same rounds:

| | Version | ${migrationCounts.map((count) => `${count} | |`).join(' ')}
|---|---|${migrationCounts.map(() => '---:|---:|').join('')}
${tools.map(({ name, version }, tool) => `| ${name} | ${version} | ${fromScratch.map((timed) => scratchCells(timed, tool)).join(' | ')} |`).join('\n')}

![Milliseconds by the number of migrations](performance-peers.svg)

Aim: ${most} revisions faster than every other tool. ${fasterThan(ownMost, othersMost)}

Where Drydock's time goes with ${most} revisions, medians. Outside the phases are the start of the command, the reading of the revisions
and the record of the run. The other tools are one process that writes to a file and ends. A run of Drydock is three processes, so that the one that
decides is neither the one that changes the file nor the one that proves the snapshot. The other two start while the locks are taken; the bare starts of all three take
${ms(3 * median(node?.times ?? []))} of CPU time. A run also waits for the disk before each step that a crash must not leave half done.

| Phase | Median |
|---|---:|
${phases.map(([phase, times]) => `| ${phase} | ${ms(median(times))} |`).join('\n')}`;
  return {
    text,
    aims: [
      [`Nothing pending in at most ${limit} times bare Node`, `${verdict(factor, limit)}; ${factor.toFixed(2)}`],
      ['Nothing pending faster than every peer but the static Go binary', fasterThan(drydock, peers)],
      [`${most} trivial revisions, all safety on, faster than every peer`, fasterThan(ownMost, othersMost)],
    ],
  };
}

function noOpRow(each: Timed, node: Timed | undefined, drydock: Timed | undefined): string {
  const beside = (base: Timed | undefined) => ratio(each.times, base?.times ?? []);
  return `| ${each.name} | ${each.version} | ${ms(median(each.times))} | ${ms(Math.min(...each.times))} | ${beside(node)} | ${beside(drydock)} |`;
}

function scratchCells(timed: readonly Timed[], tool: number): string {
  const times = timed[tool]?.times ?? [];
  return `${median(times).toFixed(0)} | ${ratio(times, timed[0]?.times ?? [])}`;
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
