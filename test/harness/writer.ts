/** Another process that uses the database while Drydock works on it. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** Statements to run one after the other in a process of its own; 'hold' keeps what is open until told to go on. */
export interface OtherProcess {
  readonly process: ChildProcess;
  /** Runs SQL on its connection; resolves with rows, rejects with SQLite's error. */
  run(sql: string): Promise<unknown[]>;
  end(): Promise<void>;
}

/** Opens the database in another process, with SQLite's own busy timeout in milliseconds. */
export async function otherProcess(database: string, busyTimeoutMs: number): Promise<OtherProcess> {
  const child = fork(fileURLToPath(new URL('./other-process.ts', import.meta.url)), [database, String(busyTimeoutMs)], {
    execArgv: [],
  });
  await once(child, 'message');
  return {
    process: child,
    async run(sql) {
      child.send(sql);
      const [reply] = (await once(child, 'message')) as [{ rows?: unknown[]; error?: string }];
      if (reply.rows === undefined) throw new Error(reply.error);
      return reply.rows;
    },
    async end() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
    },
  };
}

export interface ConstantWriter {
  /** Stops it and resolves with the ids of every row whose commit it was told of. */
  stop(): Promise<number[]>;
}

/** A process that commits one row after the other into `written (id INTEGER PRIMARY KEY)` until it is stopped. */
export async function constantWriter(database: string): Promise<ConstantWriter> {
  const child = fork(fileURLToPath(new URL('./constant-writer.ts', import.meta.url)), [database], { execArgv: [] });
  const acknowledged: number[] = [];
  child.on('message', (id: number) => acknowledged.push(id));
  await once(child, 'message');
  return {
    async stop() {
      child.send('stop');
      await once(child, 'exit');
      return acknowledged;
    },
  };
}
