/** A child process that answers one question and ends: both ends of the conversation. */
import type { ChildProcess } from 'node:child_process';
import { isStopSignal, leaveStopsToSupervisor, Stop } from '../stop.ts';
import { forkModule } from './entry.ts';
import type { WireError } from './protocol.ts';
import { fromWire, toWire } from './wire-error.ts';

type Reply<Answer> =
  | { readonly kind: 'answer'; readonly value: Answer }
  | { readonly kind: 'error'; readonly error: WireError };

export interface AskOptions {
  /** What the process does, for the error if it ends before it has answered: "the process that …". */
  readonly does: string;
  readonly signal: AbortSignal;
}

/** The process ended before it answered, which proves nothing about what it was asked. */
export class ApartDied extends Error {
  constructor(does: string, how: string) {
    super(`the process that ${does} ended early (${how})`);
  }
}

/** @param env As in {@link forkModule}. @param args As there. */
export function forkApart(
  name: 'inspector' | 'verifier',
  env: Readonly<Record<string, string>> = {},
  args: readonly string[] = [],
): Promise<ChildProcess> {
  return forkModule(name, ['ignore', 'ignore', 'inherit', 'ipc'], env, args);
}

/**
 * @throws what the process threw.
 * @throws {ApartDied} if the process ended before it answered.
 * @throws the reason of the signal if it is aborted; the process is then killed.
 * @throws {Stop} if the process received a stop signal before it began to leave those to this process.
 */
export function askApart<Answer>(
  child: ChildProcess,
  task: Readonly<Record<string, unknown>>,
  { does, signal }: AskOptions,
): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const stop = () => {
    child.kill('SIGKILL');
    reject(signal.reason);
  };
  signal.addEventListener('abort', stop, { once: true });
  child.on('message', (reply: Reply<Answer>) => {
    if (reply.kind === 'answer') resolve(reply.value);
    else reject(fromWire(reply.error));
    child.disconnect();
  });
  child.on('error', reject);
  child.on('exit', (exitCode, killedBy) => {
    signal.removeEventListener('abort', stop);
    if (isStopSignal(killedBy)) reject(new Stop(killedBy));
    else reject(new ApartDied(does, killedBy ?? `exit code ${exitCode}`));
  });
  if (signal.aborted) stop();
  // A failed send means that the process is ending: its exit says more.
  else child.send(task, () => undefined);
  return promise;
}

/** The child's end: answers one task, and ends when the parent disconnects or dies. */
export function answerApart<Task, Answer>(answer: (task: Task) => Answer | Promise<Answer>): void {
  const reply = (message: Reply<Answer>) => process.send?.(message);
  leaveStopsToSupervisor();
  process.on('disconnect', () => process.exit(0));
  process.once('message', async (task: Task) => {
    try {
      reply({ kind: 'answer', value: await answer(task) });
    } catch (error) {
      reply({ kind: 'error', error: toWire(error) });
    }
  });
}
