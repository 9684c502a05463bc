/** A process of another tool, which takes proper-lockfile's lock of a database when it is told to. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import lockfile from 'proper-lockfile';

export interface LockHolder {
  lock(): Promise<void>;
  /** Lets go. @returns Whether the lock was its own from first to last. */
  release(): Promise<'held throughout' | 'compromised'>;
}

/** Starts the process; it holds nothing yet. */
export async function lockHolder(t: TestContext, database: string): Promise<LockHolder> {
  const child = fork(fileURLToPath(import.meta.url), [database], { execArgv: [] });
  t.after(() => killed(child));
  await once(child, 'message');
  const ask = async (order: 'lock' | 'release'): Promise<string> => {
    child.send(order);
    const [reply] = (await once(child, 'message')) as [string];
    if (reply.startsWith('error: ')) throw new Error(reply);
    return reply;
  };
  return {
    async lock() {
      await ask('lock');
    },
    async release() {
      const verdict = await ask('release');
      await killed(child);
      return verdict === 'held throughout' ? verdict : 'compromised';
    },
  };
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

function holdWhenTold(database: string): void {
  let verdict = 'held throughout';
  let release = async () => undefined as unknown;
  const lock = async () => {
    release = await lockfile.lock(database, {
      onCompromised: () => {
        verdict = 'compromised';
      },
    });
    return 'locked';
  };
  const letGo = async () => {
    if (verdict === 'held throughout') await release();
    return verdict;
  };
  process.on('message', (order) => {
    (order === 'lock' ? lock() : letGo()).then(
      (reply) => process.send?.(reply),
      (error: unknown) => process.send?.(`error: ${error}`),
    );
  });
  process.send?.('ready');
}

if (import.meta.main) holdWhenTold(String(process.argv[2]));
