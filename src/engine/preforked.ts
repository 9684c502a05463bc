import type { ChildProcess } from 'node:child_process';

/** A process started before there is work for it: it loads its code, touches nothing, and waits. */
export interface Spare {
  /** @returns The process, once, and only if it is still alive. */
  take(): ChildProcess | undefined;
  /** Kills it unless it was taken. */
  dismiss(): void;
}

/** Never rejects: if `child` does, there is no process to take. */
export async function keepSpare(child: Promise<ChildProcess>): Promise<Spare> {
  // If it cannot be started, the process that is then started in its place reports why.
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
