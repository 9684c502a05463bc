/** All that `npm run torture` does: each attack on each scene in each journal mode. */
import { bothJournalModes, type JournalMode } from '../test/harness/files.ts';
import { attackEach, type Outcome, type Progress, range } from './attack-each.ts';
import { playSchedule } from './concurrency.ts';
import { type Attack, killAll, killSelf, sweep } from './crash.ts';
import { errorAttacks } from './errors.ts';
import { type Fuzzer, fuzzers } from './fuzz.ts';
import { mutants, tryMutant } from './mutants.ts';
import { cutEverywhere, firstBroken, forget, type OurSync, ourOwnSyncs, record } from './power.ts';
import { playProgram } from './programs.ts';
import { type Scene, scenes } from './scenes.ts';
import { onStage } from './stage.ts';

export const kinds = [
  'crash',
  'errors',
  'power',
  'removed fsync',
  'concurrency',
  'random programs',
  'bad input',
  'mutants',
] as const;

/** One attack on one scene in one journal mode. */
export interface Task {
  readonly kind: (typeof kinds)[number];
  readonly attack: string;
  readonly scene: string;
  readonly mode: JournalMode | 'either';
  run(progress: Progress): Promise<Outcome>;
}

const crashes: readonly (readonly [string, Attack])[] = [
  ['every process killed, and once more those of the next start too', killAll],
  ['the process that makes the call killed', killSelf],
];

/** Scenes of which every process is only a supervisor and what it starts; the errors of a recovery are those of a run. */
const ofErrors = [
  'upgrade',
  'downgrade',
  'vacuum without a transaction',
  'content without a transaction',
  'restore',
  'exchange of a destroyed file',
];
const ofPower = ['upgrade', 'vacuum without a transaction', 'content without a transaction', 'restore'];

/** Schedules and programs that a run draws. */
const schedules = 60;
const programs = 150;

/** @param first Whatever is drawn is drawn from this seed and those that follow it. */
export function allTasks(first: number): readonly Task[] {
  const both = (make: (scene: Scene, mode: JournalMode) => readonly Task[], names?: readonly string[]) =>
    scenes
      .filter(({ name }) => names?.includes(name) ?? true)
      .flatMap((scene) => bothJournalModes.flatMap((mode) => make(scene, mode)));
  return [
    ...both((scene, mode) => crashes.map(([name, attack]) => sweepTask('crash', name, attack, scene, mode))),
    ...both(
      (scene, mode) => errorAttacks.map(({ name, attack }) => sweepTask('errors', name, attack, scene, mode)),
      ofErrors,
    ),
    ...both((scene, mode) => [powerTask(scene, mode)], ofPower),
    ...both((scene, mode) => ourOwnSyncs.map((sync) => removedTask(sync, scene, mode)), ['upgrade']),
    ...bothJournalModes.map((mode) => concurrencyTask(first, mode)),
    ...bothJournalModes.map((mode) => programTask(first, mode)),
    ...fuzzers.map((fuzzer) => fuzzTask(first, fuzzer)),
    mutantTask,
  ];
}

function sweepTask(kind: Task['kind'], name: string, attack: Attack, scene: Scene, mode: JournalMode): Task {
  return {
    kind,
    attack: name,
    scene: scene.name,
    mode,
    run: (progress) => onStage(scene, mode, (stage) => sweep(stage, attack, progress)),
  };
}

function powerTask(scene: Scene, mode: JournalMode): Task {
  return {
    kind: 'power',
    attack: 'power cut',
    scene: scene.name,
    mode,
    run: (progress) => onStage(scene, mode, async (stage) => cutEverywhere(stage, await record(stage), progress)),
  };
}

/** The harness bites: without one of the fsyncs it must find a promise that is broken. */
function removedTask(sync: OurSync, scene: Scene, mode: JournalMode): Task {
  return {
    kind: 'removed fsync',
    attack: `without ${sync.name}`,
    scene: scene.name,
    mode,
    run: (progress) =>
      onStage(scene, mode, async (stage) => {
        const recorded = forget(await record(stage), sync.path);
        const attempts = await firstBroken(stage, recorded, progress);
        if (attempts !== undefined) return { attempts, findings: [] };
        return { attempts: 0, findings: [{ at: 0, what: 'no promise was found broken: nothing watches this fsync' }] };
      }),
  };
}

/** An attack with each of so many seeds. */
function drawn(first: number, seeds: number, attack: (seed: number) => Promise<unknown>): Task['run'] {
  return (progress) => attackEach(range(first, seeds), attack, seeds, progress);
}

function concurrencyTask(first: number, mode: JournalMode): Task {
  return {
    kind: 'concurrency',
    attack: 'schedules',
    scene: 'runners, writers, readers, a checkpointer, a VACUUM, signals and clock jumps',
    mode,
    run: drawn(first, schedules, (seed) => playSchedule(seed, mode)),
  };
}

function programTask(first: number, mode: JournalMode): Task {
  return {
    kind: 'random programs',
    attack: 'programs',
    scene: 'revisions, commands, deaths, writes and restores',
    mode,
    run: drawn(first, programs, (seed) => playProgram(seed, mode)),
  };
}

function fuzzTask(first: number, { name, seeds, attack }: Fuzzer): Task {
  return {
    kind: 'bad input',
    attack: 'bent at random',
    scene: name,
    mode: 'either',
    run: drawn(first, seeds, attack),
  };
}

const mutantTask: Task = {
  kind: 'mutants',
  attack: 'a line taken out',
  scene: 'the tests that guard it',
  mode: 'either',
  run: (progress) =>
    attackEach(
      mutants.keys(),
      async (index) => {
        const mutant = mutants[index];
        if (mutant !== undefined) await tryMutant(mutant);
      },
      mutants.length,
      progress,
    ),
};
