/** Kills a command at every one of its calls that change a file, and has the next start finish. */
import type { JournalMode } from '../test/harness/files.ts';
import { Broken, must } from './broken.ts';
import type { Action, Ended } from './runs.ts';
import { runCommand } from './runs.ts';
import type { Scene } from './scenes.ts';
import { contentAsLeft, finish, play, requireFinished, requireWayBack, type Stage, setStage, wholly } from './stage.ts';

export interface Finding {
  readonly at: number;
  readonly what: string;
}

export interface Sweep {
  readonly attack: string;
  readonly scene: string;
  readonly mode: JournalMode;
  /** Runs that were killed or failed. */
  readonly attempts: number;
  readonly findings: readonly Finding[];
}

export type Attack = (stage: Stage, at: number) => Promise<'hit' | 'missed'>;

const killed = (ended: Ended) => ended.signal === 'SIGKILL';

/** All of the run dies; then the next start finishes. */
export const killAll: Attack = async (stage, at) => {
  const ended = await play(stage, { at, action: { kind: 'kill-all' } });
  if (!killed(ended)) return missed(ended);
  judge(stage);
  await finish(stage);
  return 'hit';
};

/** The next start dies as well, at the same place of its own, before another one finishes. */
export const killTwice: Attack = async (stage, at) => {
  const first = await play(stage, { at, action: { kind: 'kill-all' } });
  if (!killed(first)) return missed(first);
  const command = stage.scene.next ?? stage.command;
  await runCommand(stage.root, command, { fault: { at, action: { kind: 'kill-all' } } });
  judge(stage);
  await finish(stage);
  return 'hit';
};

/** Only the process dies that makes the call: the others must cope, and tell the truth about it. */
export const killSelf: Attack = async (stage, at) => {
  const action: Action = { kind: 'kill-self' };
  const ended = await play(stage, { at, action });
  const content = judge(stage);
  if (killed(ended)) {
    await finish(stage);
    return 'hit';
  }
  if (ended.calls < at) return missed(ended);
  // The supervisor lives and has lost its engine or the process that inspects the snapshot.
  if (ended.code === 0) requireFinished(stage);
  else {
    requireTold(ended);
    requireState(ended, content);
    await finish(stage);
  }
  return 'hit';
};

function missed(ended: Ended): 'missed' {
  must(ended.code === 0, `undisturbed it ended with ${ended.code}: ${ended.stderr}`);
  return 'missed';
}

function judge(stage: Stage): 'old' | 'new' {
  const content = wholly(stage, contentAsLeft(stage.root));
  if (content === 'new' && stage.old !== stage.new) requireWayBack(stage);
  return content;
}

/** Honest exit: one plain sentence. */
export function requireTold({ stderr, code }: Ended): void {
  const plain = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
  must(
    plain.length === 1 && plain[0]?.startsWith('drydock: ') === true,
    `honest exit: it said ${JSON.stringify(plain)}`,
  );
  must(code !== null && code !== 1, `honest exit: it ended with ${code}: ${plain[0]}`);
}

const unchangedCodes = [2, 3, 4, 10, 11, 12, 13, 20, 21, 23];

/** Honest exit: a code that says that the database is unchanged is no lie. */
export function requireState({ code, stderr }: Ended, content: 'old' | 'new'): void {
  must(
    !unchangedCodes.includes(code ?? 0) || content === 'old',
    `honest exit: ${code} says unchanged, and it is not: ${stderr}`,
  );
}

/** Attacks call after call until the command comes through. */
export async function sweep(
  name: string,
  scene: Scene,
  mode: JournalMode,
  attack: Attack,
  progress: (done: number, of: number) => void,
): Promise<Sweep> {
  const stage = await setStage(scene, mode);
  const findings: Finding[] = [];
  let attempts = 0;
  try {
    for (let at = 1; ; at += 1) {
      progress(at, stage.calls);
      try {
        if ((await attack(stage, at)) === 'missed') break;
      } catch (error) {
        if (!(error instanceof Broken)) throw error;
        findings.push({ at, what: error.message });
      }
      attempts += 1;
    }
  } finally {
    stage.strike();
  }
  return { attack: name, scene: scene.name, mode, attempts, findings };
}
