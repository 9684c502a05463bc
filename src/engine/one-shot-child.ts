/** A question to a process of its own, which answers it and ends. Both of its ends. */
import type { ChildProcess } from 'node:child_process';
import { isStopSignal, leaveStopsToSupervisor, Stop } from '../stop.ts';
import { forkModule } from './entry.ts';
import type { WireError } from './protocol.ts';
import { fromWire, toWire } from './wire-error.ts';

type Reply<Answer> =
  | { readonly kind: 'answer'; readonly value: Answer }
  | { readonly kind: 'error'; readonly error: WireError };

export interface AskOptions {
  /** What the process does, for the error where it ends before it has answered. */
  readonly does: string;
  readonly signal: AbortSignal;
}

/** It ended before it answered, which says nothing of what it was asked about. */
export class ApartDied extends Error {
  constructor(does: string, how: string) {
    super(`the process that ${does} ended early (${how})`);
  }
}

/** @param env As in {@link forkModule}. */
export function forkApart(
  name: 'inspector' | 'verifier',
  env: Readonly<Record<string, string>> = {},
): Promise<ChildProcess> {
  return forkModule(name, ['ignore', 'ignore', 'inherit', 'ipc'], env);
}

/**
 * @throws what the process threw.
 * @throws {ApartDied}
 * @throws the reason of the signal where it is aborted; the process is then killed.
 * @throws {Stop} where the process was told to end before it could leave that to this one.
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
  // What cannot be sent any more goes to a process that is ending, and its exit says more.
  else child.send(task, () => undefined);
  return promise;
}

/** The other end: answers one task, and ends with the process that asks, or when that lets go of it. */
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
