/** Kills a command at every one of its calls that change a file, and has the next start finish. */
import { attackEach, type Outcome, type Progress, range } from './attack-each.ts';
import { must } from './broken.ts';
import { type Ended, type Fault, runCommand } from './runs.ts';
import { contentNow, finish, play, requireFinished, requireWayBack, type Stage, startAgain, wholly } from './stage.ts';

export type Attack = (stage: Stage, at: number) => Promise<'hit' | 'missed'>;

const killed = (ended: Ended) => ended.signal === 'SIGKILL';

/** All of the run dies, and the next start finishes; again, and the next start dies at the same place of its own first. */
export const killAll: Attack = async (stage, at) => {
  const fault: Fault = { at, action: { kind: 'kill-all' } };
  const ended = await play(stage, fault);
  if (!killed(ended)) return missed(ended);
  judge(stage);
  if ((await finish(stage)) === 'tried') await play(stage, fault);
  await runCommand(stage.root, stage.scene.next ?? stage.command, { fault });
  judge(stage);
  await finish(stage);
  return 'hit';
};

/** Only the process dies that makes the call: the others must cope, and tell the truth about it. */
export const killSelf: Attack = async (stage, at) => {
  const ended = await play(stage, { at, action: { kind: 'kill-self' } });
  const content = judge(stage);
  if (killed(ended)) {
    await startAgain(stage);
    return 'hit';
  }
  if (ended.calls < at) return missed(ended);
  // The supervisor lives and has lost its engine or the process that inspects the snapshot. An engine that dies letting go of a
  // database that it has not changed leaves SQLite's journal, which whoever opens the file next removes.
  if (ended.code === 0) requireFinished(stage, ['-journal']);
  else {
    requireTold(ended);
    requireState(stage, ended, content);
    await finish(stage);
  }
  return 'hit';
};

/** The command made fewer calls than that. */
export function missed(ended: Ended): 'missed' {
  must(ended.code === 0, `undisturbed it ended with ${ended.code}: ${ended.stderr}`);
  return 'missed';
}

function judge(stage: Stage): 'old' | 'new' {
  const content = wholly(stage, contentNow(stage.root));
  if (content === 'new' && stage.old !== stage.new) requireWayBack(stage);
  return content;
}

/** Honest exit: one plain sentence. */
export function requireTold({ stderr, code }: Pick<Ended, 'stderr' | 'code'>): void {
  const plain = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
  must(
    plain.length === 1 && plain[0]?.startsWith('drydock: ') === true,
    `honest exit: it said ${JSON.stringify(plain)}`,
  );
  const isPastCommit = /past its commit|not known whether the commit happened/.test(plain[0] ?? '');
  must(code !== null && (code !== 1 || isPastCommit), `honest exit: it ended with ${code}: ${plain[0]}`);
}

const unchangedCodes = [2, 3, 4, 10, 11, 12, 13, 20, 21, 23];

/**
 * Honest exit: a code that says that the database is unchanged is no lie. A revision that changes no content runs after the
 * commit; where it fails, the sentence says that the rest is committed (docs/exit-codes.md).
 */
export function requireState(stage: Stage, { code, stderr }: Ended, content: 'old' | 'new'): void {
  const saysCommitted = / All else is committed, checked and sound: /.test(lastLine(stderr));
  const saysUnchanged = unchangedCodes.includes(code ?? 0);
  const isUnchanged = content === 'old' || stage.old === stage.new;
  const isTrue = saysCommitted ? content === 'new' : !saysUnchanged || isUnchanged;
  must(isTrue, `honest exit: it ended with ${code}, and the content is the ${content}: ${lastLine(stderr)}`);
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}

/** Attacks call after call until the command comes through. */
export function sweep(stage: Stage, attack: Attack, progress: Progress): Promise<Outcome> {
  return attackEach(range(1), (at) => attack(stage, at), stage.calls, progress);
}
