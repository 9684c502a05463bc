import { setTimeout } from 'node:timers/promises';

/** The reason to end a run early; its message completes the sentence "The run was stopped by …". */
export class Stop extends Error {}

/** Waits. @throws the reason of the signal if it is aborted; Node's own timer would throw an AbortError instead. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await setTimeout(milliseconds, undefined, { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw error;
  });
}

/** The signals with which people, service managers and container runtimes ask a process to end. */
export const stopSignals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

export function isStopSignal(signal: string | null): signal is (typeof stopSignals)[number] {
  return stopSignals.some((one) => one === signal);
}

/**
 * For the child processes of a run. Ctrl-C, and systemd when it stops a unit, signal all processes at once, but only the
 * supervisor may decide what ends immediately and what is finished first.
 */
export function leaveStopsToSupervisor(): void {
  for (const signal of stopSignals) process.on(signal, () => undefined);
}
