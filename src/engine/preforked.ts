import type { ChildProcess } from 'node:child_process';

/** A process that was started before there is work for it: it loads its code meanwhile, touches nothing, and waits. */
export interface Spare {
  /** @returns The process, once, and only where it still lives. */
  take(): ChildProcess | undefined;
  /** Ends it where nobody took it. */
  dismiss(): void;
}

export async function keepSpare(child: Promise<ChildProcess>): Promise<Spare> {
  // That it cannot be started is told by the one that is started in its place.
  let spare = await child.catch(() => undefined);
  const take = () => {
    const taken = spare;
    spare = undefined;
    const lives = taken?.exitCode === null && taken.signalCode === null && taken.connected;
    return lives ? taken : undefined;
  };
  return {
    take,
    dismiss() {
      take()?.kill('SIGKILL');
    },
  };
}
