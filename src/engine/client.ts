/** The supervisor's end: starts the engine, sends requests, passes on its reports, and kills it when it must. */
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Writable } from 'node:stream';
import { DrydockError, invariant, messageOf } from '../errors.ts';
import type { Observer } from '../events.ts';
import { forkModule } from './entry.ts';
import { type EngineRequests, gateDescriptor, type Reply, type RequestName } from './protocol.ts';
import { fromWire } from './wire-error.ts';

export interface Engine {
  readonly pid: number;
  /**
   * @param onWait Called each time the engine meets a lock and is about to wait before it tries again.
   * @throws {DrydockError} what the engine threw.
   * @throws {EngineDied} if the process ended before it answered.
   */
  call<K extends RequestName>(
    name: K,
    takes: EngineRequests[K]['takes'],
    onWait?: () => void,
  ): Promise<EngineRequests[K]['gives']>;
  /** Lets statements through that may change pages of the live file. @param proof Whether its snapshot is sound. */
  settleGate(proof: 'sound' | 'not proven'): void;
  /** True if the engine is alive and waiting for a request. */
  isIdle(): boolean;
  /** Closes the database and ends the process if it is idle; kills it if it is not. */
  stop(): Promise<void>;
  /** Kills the process, even in the middle of a statement; SQLite rolls back. Resolves when it has exited. */
  kill(): Promise<void>;
}

/** The engine's process ended when it should not have. */
export class EngineDied extends Error {
  readonly request: string;
  readonly signal: string | null;
  readonly exitCode: number | null;
  /** How many units of the request's task were done, if the engine reported progress. */
  readonly done: number;

  constructor(request: string, exitCode: number | null, signal: string | null, done = 0) {
    const how = signal === null ? `ended itself with exit code ${exitCode}` : `was ended by ${signal}`;
    super(`the engine process ${how} during ${request}`);
    this.request = request;
    this.signal = signal;
    this.exitCode = exitCode;
    this.done = done;
  }

  /** Adds what the engine was working on, which only the caller knows. */
  at(what: string): this {
    if (what !== '') this.message += `, in ${what}`;
    return this;
  }
}

/** What a process that opens databases is started with. */
export interface Equipment {
  /** For SQLite's temporary files: on the database's own volume, since /tmp may be tiny or read-only. */
  readonly temporaryDirectory: string;
  /** Paths, as `sqlite_extensions` of the config. */
  readonly extensions: readonly string[];
}

export interface EngineOptions extends Equipment {
  readonly observer: Observer;
  /** Describes the process that holds a SQLite lock, as far as it is known. */
  readonly describeHolder: () => string;
}

/** Starts the engine process. It loads its code and then waits for a request. */
export function forkEngine({ temporaryDirectory, extensions }: Equipment): Promise<ChildProcess> {
  const stdio: StdioOptions = ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'];
  return forkModule('engine', stdio, { SQLITE_TMPDIR: temporaryDirectory }, extensions);
}

/**
 * @param spare From {@link forkEngine}, with the same equipment.
 * @throws {Error} as {@link forkModule} does.
 */
export async function startEngine(
  { observer, describeHolder, ...equipment }: EngineOptions,
  spare?: ChildProcess,
): Promise<Engine> {
  const child = spare ?? (await forkEngine(equipment));
  const { pid } = child;
  invariant(pid !== undefined, 'the engine process could not be started');
  observer({ kind: 'engine-started', pid });
  forwardOutput(child, observer);
  const gate = child.stdio[gateDescriptor] as Writable;
  // If the engine has died, its exit reports that.
  gate.on('error', () => undefined);
  const ended = once(child, 'exit');
  let done = 0;
  let equipped = equipment.extensions.length === 0;
  let asking:
    | { name: string; onWait?: (() => void) | undefined; resolve(value: unknown): void; reject(error: Error): void }
    | undefined;

  child.on('message', (reply: Reply) => {
    switch (reply.kind) {
      case 'answer':
        asking?.resolve(reply.value);
        break;
      case 'error':
        asking?.reject(fromWire(reply.error));
        break;
      case 'equipped':
        equipped = true;
        break;
      case 'waiting':
        observer({ ...reply, holder: describeHolder() });
        asking?.onWait?.();
        break;
      case 'step':
        observer(reply);
        break;
      case 'progress':
        done = reply.done;
        observer(reply);
        break;
    }
  });
  child.on('exit', (exitCode, signal) => {
    const died = new EngineDied(asking?.name ?? '', exitCode, signal, done);
    asking?.reject(equipped || signal !== null ? died : endedWhileLoading(equipment.extensions, died));
  });

  const isAlive = () => child.exitCode === null && child.signalCode === null && child.connected;

  const engine: Engine = {
    pid,
    settleGate: (proof) => {
      if (proof === 'sound') gate.write('.');
      else gate.end();
    },
    isIdle: () => isAlive() && asking === undefined,
    async call<K extends RequestName>(name: K, takes: EngineRequests[K]['takes'], onWait?: () => void) {
      invariant(asking === undefined, `request ${name} while ${asking?.name} is not answered`);
      if (!isAlive()) {
        // The channel may close just before the exit event, and only the exit says how the process ended.
        await ended;
        throw new EngineDied(name, child.exitCode, child.signalCode);
      }
      try {
        return await new Promise<EngineRequests[K]['gives']>((resolve, reject) => {
          done = 0;
          asking = { name, onWait, resolve: (value) => resolve(value as EngineRequests[K]['gives']), reject };
          child.send({ name, takes }, (error) => {
            // A failed send means that the process is ending: its exit says more than the broken pipe.
            if (error !== null) ended.then(() => undefined, reject);
          });
        });
      } finally {
        asking = undefined;
      }
    },
    async stop() {
      if (engine.isIdle()) {
        await engine.call('close', {}).catch((error: unknown) => {
          observer({
            kind: 'warning',
            message: `the engine did not close the database in good order: ${messageOf(error)}`,
          });
        });
      }
      await engine.kill();
    },
    async kill() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await ended;
    },
  };
  return engine;
}

function endedWhileLoading(extensions: readonly string[], cause: EngineDied): DrydockError {
  return new DrydockError('USAGE', {
    what: `What sqlite_extensions names ended the process that loaded it (exit code ${cause.exitCode}): ${extensions.join(', ')}`,
    state: 'Nothing was changed',
    next: 'Take out what ends the process, such as process.exit, and run again',
    cause,
  });
}

/** What a revision prints goes to the log, so that Drydock's stdout stays one JSON object. */
function forwardOutput(child: ChildProcess, observer: Observer): void {
  for (const stream of [child.stdout, child.stderr]) {
    if (stream !== null)
      createInterface({ input: stream }).on('line', (line) => observer({ kind: 'engine-output', line }));
  }
}
