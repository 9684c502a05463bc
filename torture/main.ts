/**
 * `npm run torture`: attacks the published command where `npm test` has samples, and writes what was seen to
 * docs/reliability.md. `npm run torture -- crash --scene upgrade --mode wal` runs a part of it and writes nothing.
 */
import { parseArgs } from 'node:util';
import type { JournalMode } from '../test/harness/files.ts';
import { Broken } from './broken.ts';
import { playSchedule } from './concurrency.ts';
import { type Attack, type Finding, killAll, killSelf, killTwice, sweep } from './crash.ts';
import { errorAttacks } from './errors.ts';
import { type Fuzzer, fuzz, fuzzers } from './fuzz.ts';
import { mutants, tryMutant } from './mutants.ts';
import { cutEverywhere, forget, ourOwnSyncs, record } from './power.ts';
import { playProgram } from './programs.ts';
import { writeResults } from './results.ts';
import { type Scene, scenes } from './scenes.ts';
import { setStage } from './stage.ts';

/** One attack on one scene in one journal mode. */
export interface Task {
  readonly kind:
    | 'crash'
    | 'errors'
    | 'power'
    | 'removed fsync'
    | 'concurrency'
    | 'random programs'
    | 'bad input'
    | 'mutants';
  readonly attack: string;
  readonly scene: string;
  readonly mode: JournalMode | 'either';
  run(progress: (done: number, of: number) => void): Promise<Outcome>;
}

export interface Outcome {
  /** Runs that were attacked, or states that were looked at. */
  readonly attempts: number;
  readonly findings: readonly Finding[];
}

export interface Result extends Outcome, Pick<Task, 'kind' | 'attack' | 'scene' | 'mode'> {
  readonly seconds: number;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    scene: { type: 'string' },
    mode: { type: 'string' },
    attack: { type: 'string' },
    seed: { type: 'string' },
  },
});

/** Schedules are drawn from this seed and those that follow it. */
const first = Number(values.seed ?? 1);

const modes: readonly JournalMode[] = ['delete', 'wal'];

const crashes: readonly (readonly [string, Attack])[] = [
  ['every process killed', killAll],
  ['every process killed, and those of the next start too', killTwice],
  ['the process that makes the call killed', killSelf],
];

/** Scenes of which every process is only a supervisor and what it starts; the errors of a recovery are those of a run. */
const ofErrors = ['upgrade', 'downgrade', 'vacuum without a transaction', 'content without a transaction', 'restore'];
const ofPower = ['upgrade', 'vacuum without a transaction', 'content without a transaction', 'restore'];

function allTasks(): Task[] {
  const both = (make: (scene: Scene, mode: JournalMode) => Task[]) =>
    scenes.flatMap((scene) => modes.flatMap((mode) => make(scene, mode)));
  const swept = (kind: Task['kind'], name: string, attack: Attack, scene: Scene, mode: JournalMode): Task => ({
    kind,
    attack: name,
    scene: scene.name,
    mode,
    run: (progress) => sweep(name, scene, mode, attack, progress),
  });
  return [
    ...both((scene, mode) => crashes.map(([name, attack]) => swept('crash', name, attack, scene, mode))),
    ...both((scene, mode) =>
      ofErrors.includes(scene.name)
        ? errorAttacks.map(({ name, attack }) => swept('errors', name, attack, scene, mode))
        : [],
    ),
    ...both((scene, mode) => (ofPower.includes(scene.name) ? [powerTask(scene, mode)] : [])),
    ...modes.map(concurrencyTask),
    ...modes.map(programTask),
    ...fuzzers.map(fuzzTask),
    mutantTask,
    ...both((scene, mode) => (scene.name === 'upgrade' ? ourOwnSyncs.map((one) => removedTask(one, scene, mode)) : [])),
  ];
}

function powerTask(scene: Scene, mode: JournalMode): Task {
  return {
    kind: 'power',
    attack: 'power cut',
    scene: scene.name,
    mode,
    async run(progress) {
      const stage = await setStage(scene, mode);
      try {
        const { different, findings } = await cutEverywhere(stage, await record(stage), 'end', progress);
        return { attempts: different, findings };
      } finally {
        stage.strike();
      }
    },
  };
}

/** The first seeds; where one finds something it is kept as a test. */
const schedules = 60;

function concurrencyTask(mode: JournalMode): Task {
  return {
    kind: 'concurrency',
    attack: 'schedules',
    scene: 'runners, writers, readers, a checkpointer, a VACUUM, signals and clock jumps',
    mode,
    async run(progress) {
      const findings: Finding[] = [];
      for (let seed = first; seed < first + schedules; seed += 1) {
        progress(seed - first, schedules);
        try {
          await playSchedule(seed, mode);
        } catch (error) {
          if (!(error instanceof Broken)) throw error;
          findings.push({ at: seed, what: error.message });
        }
      }
      return { attempts: schedules, findings };
    },
  };
}

const programs = 150;

function programTask(mode: JournalMode): Task {
  return {
    kind: 'random programs',
    attack: 'programs',
    scene: 'revisions, commands, deaths, writes and restores',
    mode,
    async run(progress) {
      const findings: Finding[] = [];
      for (let seed = first; seed < first + programs; seed += 1) {
        progress(seed - first, programs);
        try {
          await playProgram(seed, mode);
        } catch (error) {
          if (!(error instanceof Broken)) throw error;
          findings.push({ at: seed, what: error.message });
        }
      }
      return { attempts: programs, findings };
    },
  };
}

const mutantTask: Task = {
  kind: 'mutants',
  attack: 'a line taken out',
  scene: 'the tests that guard it',
  mode: 'either',
  async run(progress) {
    const findings: Finding[] = [];
    for (const [index, mutant] of mutants.entries()) {
      progress(index, mutants.length);
      try {
        await tryMutant(mutant);
      } catch (error) {
        if (!(error instanceof Broken)) throw error;
        findings.push({ at: index + 1, what: error.message });
      }
    }
    return { attempts: mutants.length, findings };
  },
};

function fuzzTask(fuzzer: Fuzzer): Task {
  return {
    kind: 'bad input',
    attack: 'bent at random',
    scene: fuzzer.name,
    mode: 'either',
    run: (progress) => fuzz(fuzzer, first, progress),
  };
}

/** The harness bites: without one of the fsyncs it must find a promise that is broken. */
function removedTask(sync: (typeof ourOwnSyncs)[number], scene: Scene, mode: JournalMode): Task {
  return {
    kind: 'removed fsync',
    attack: `without ${sync.name}`,
    scene: scene.name,
    mode,
    async run(progress) {
      const stage = await setStage(scene, mode);
      try {
        const recorded = forget(await record(stage), sync.path);
        const { different, findings } = await cutEverywhere(stage, recorded, 'first', progress);
        const missed = { at: 0, what: 'no promise was found broken: nothing watches this fsync' };
        return { attempts: different, findings: findings.length > 0 ? [] : [missed] };
      } finally {
        stage.strike();
      }
    },
  };
}

const tasks = allTasks().filter(
  ({ kind, attack, scene, mode }) =>
    (positionals.length === 0 || positionals.includes(kind)) &&
    [values.scene ?? scene].includes(scene) &&
    [values.mode ?? mode].includes(mode) &&
    attack.includes(values.attack ?? ''),
);
const results: Result[] = [];
const queue = tasks.entries();
/** A run waits for its disk and its children most of the time. */
const atOnce = 2;

async function work(): Promise<void> {
  for (const [index, task] of queue) {
    const { kind, attack, scene, mode } = task;
    const started = performance.now();
    const name = `${index + 1}/${tasks.length} ${kind}: ${attack}, ${scene} (${mode})`;
    let told = started;
    const outcome = await task.run((done, of) => {
      if (performance.now() - told < 30_000) return;
      told = performance.now();
      process.stderr.write(`${name}: ${done} of about ${of}\n`);
    });
    const seconds = Math.round((performance.now() - started) / 1000);
    results.push({ kind, attack, scene, mode, ...outcome, seconds });
    process.stdout.write(`${name}: ${outcome.attempts} attempts, ${outcome.findings.length} findings, ${seconds} s\n`);
    for (const { at, what } of outcome.findings) process.stdout.write(`  at ${at}: ${what}\n`);
  }
}

await Promise.all(Array.from({ length: atOnce }, work));
if (tasks.length === allTasks().length) writeResults(results);
process.exitCode = results.some(({ findings }) => findings.length > 0) ? 1 : 0;
