import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { VerifyReport } from '../api/verify.ts';
import type { Config } from '../config/config.ts';
import { siblingModule } from '../engine/entry.ts';
import type { WireError } from '../engine/protocol.ts';
import { fromWire } from '../engine/wire-error.ts';

export type VerifierReply =
  | { readonly kind: 'answer'; readonly value: VerifyReport }
  | { readonly kind: 'error'; readonly error: WireError };

/**
 * `drydock verify` in a process of its own.
 * @throws the reason of `signal` where it is aborted; the process is then killed. It only reads.
 */
export function verifyApart(config: Config, signal: AbortSignal): Promise<VerifyReport> {
  const { promise, resolve, reject } = Promise.withResolvers<VerifyReport>();
  const child = fork(fileURLToPath(siblingModule(import.meta.url, 'verifier')), [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    serialization: 'advanced',
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  const stop = () => {
    child.kill('SIGKILL');
    reject(signal.reason);
  };
  signal.addEventListener('abort', stop, { once: true });
  child.on('message', (reply: VerifierReply) => {
    if (reply.kind === 'answer') resolve(reply.value);
    else reject(fromWire(reply.error));
    child.disconnect();
  });
  child.on('error', reject);
  child.on('exit', (exitCode, killedBy) => {
    signal.removeEventListener('abort', stop);
    reject(new Error(`the process that verifies the database ended early (${killedBy ?? `exit code ${exitCode}`})`));
  });
  if (signal.aborted) stop();
  else child.send(config);
  return promise;
}
