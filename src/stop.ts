/** Why a run is to end early: the end of the sentence "The run was stopped by …". */
export class Stop extends Error {}

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
