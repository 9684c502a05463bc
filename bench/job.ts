/** The whole job: snapshot, change, checks, commit. Drydock beside the script that an operator would write. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type JobKind, jobs } from './jobs.ts';
import { higherOf, noMemory, type PeakMemory, runWatched } from './processes.ts';
import type { JournalMode, Phase, Site } from './site.ts';

const operatorScript = fileURLToPath(new URL('operator.sh', import.meta.url));

export interface JobFigures {
  readonly kind: JobKind;
  readonly mode: JournalMode;
  readonly bytes: number;
  /** Milliseconds, one for each round. */
  readonly drydock: readonly number[];
  readonly script: readonly number[];
  /** Milliseconds of the processors, in the same rounds. */
  readonly drydockCpu: readonly number[];
  readonly scriptCpu: readonly number[];
  /** Of Drydock's last round. */
  readonly phases: readonly Phase[];
  /** Of the script's last round. */
  readonly steps: readonly Phase[];
}

export interface MemoryFigures {
  readonly kind: JobKind;
  readonly mode: JournalMode;
  readonly bytes: number;
  readonly peak: PeakMemory;
}

/** The two alternate, so that whatever else the machine does falls on both. */
export async function timeJob(
  site: Site,
  kind: JobKind,
  mode: JournalMode,
  rounds: number,
): Promise<{ readonly job: JobFigures; readonly memory: MemoryFigures }> {
  const common = { kind, mode, bytes: site.bytes(jobs[kind].tables) };
  const drydock: number[] = [];
  const script: number[] = [];
  const drydockCpu: number[] = [];
  const scriptCpu: number[] = [];
  let phases: readonly Phase[] = [];
  let steps: readonly Phase[] = [];
  let peak = noMemory;
  for (let round = 0; round < rounds; round += 1) {
    const run = await site.upgrade(kind, mode);
    drydock.push(run.milliseconds);
    drydockCpu.push(run.cpu);
    phases = run.phases;
    peak = higherOf(peak, run.peak);
    const byHand = await runScript(site, kind, mode);
    script.push(byHand.milliseconds);
    scriptCpu.push(byHand.cpu);
    steps = byHand.steps;
  }
  return { job: { ...common, drydock, script, drydockCpu, scriptCpu, phases, steps }, memory: { ...common, peak } };
}

export async function watchMemory(site: Site, kind: JobKind, mode: JournalMode): Promise<MemoryFigures> {
  const { peak } = await site.upgrade(kind, mode);
  return { kind, mode, bytes: site.bytes(jobs[kind].tables), peak };
}

async function runScript(site: Site, kind: JobKind, mode: JournalMode) {
  await site.freshCopy(mode, jobs[kind].tables);
  const sql = join(site.folder, 'change.sql');
  writeFileSync(sql, jobs[kind].sql);
  const { milliseconds, stdout, cpu } = await runWatched('sh', [operatorScript, site.live, sql]);
  site.requireDone(kind);
  return { milliseconds, cpu, steps: stepsIn(stdout) };
}

/** Lines of what a step is and its milliseconds. */
export function stepsIn(output: string): Phase[] {
  return [...output.matchAll(/^(.+) (\d+)$/gm)].map(([, phase = '', durationMs]) => ({
    phase,
    durationMs: Number(durationMs),
  }));
}
