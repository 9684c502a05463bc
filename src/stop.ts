import { setTimeout } from 'node:timers/promises';

/** Why a run is to end early: the end of the sentence "The run was stopped by …". */
export class Stop extends Error {}

/** Waits, unless there is no waiting any more. @throws the reason of the signal, which Node's own timer hides behind another error. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await setTimeout(milliseconds, undefined, { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw error;
  });
}

/** With which a person, a service manager or a container's runtime asks a process to end. */
export const stopSignals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

export function isStopSignal(signal: string | null): signal is (typeof stopSignals)[number] {
  return stopSignals.some((one) => one === signal);
}

/**
 * For the processes that work for a run. Ctrl-C, and systemd where it ends a unit, tell all of them at once, and only the
 * one that decides may say what ends at once and what is finished first.
 */
export function leaveStopsToSupervisor(): void {
  for (const signal of stopSignals) process.on(signal, () => undefined);
}
