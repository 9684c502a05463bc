/** A process of another tool: it holds proper-lockfile's lock of a database until it is told to let go. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import lockfile from 'proper-lockfile';

export interface LockHolder {
  /** Lets go. @returns Whether the lock was its own from first to last. */
  release(): Promise<'held throughout' | 'compromised'>;
}

export async function lockHolder(t: TestContext, database: string): Promise<LockHolder> {
  const child = fork(fileURLToPath(import.meta.url), [database], { execArgv: [] });
  t.after(() => killed(child));
  await once(child, 'message');
  return {
    async release() {
      child.send('release');
      const [verdict] = (await once(child, 'message')) as ['held throughout' | 'compromised'];
      await killed(child);
      return verdict;
    },
  };
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

if (import.meta.main) {
  let verdict = 'held throughout';
  const release = await lockfile.lock(String(process.argv[2]), {
    onCompromised: () => {
      verdict = 'compromised';
    },
  });
  process.on('message', () => {
    release().then(
      () => process.send?.(verdict),
      () => process.send?.('compromised'),
    );
  });
  process.send?.('locked');
}
