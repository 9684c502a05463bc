/** Finds out whether a function has left something running when it returns. https://nodejs.org/api/async_hooks.html */
import { AsyncLocalStorage, createHook } from 'node:async_hooks';
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { plural } from '../format.ts';

export interface LeftRunning {
  /** `2 timers and a file operation`. */
  readonly what: string;
  /** The stack of the call that began it; undefined if it is not known. */
  readonly began: Error | undefined;
}

const promise = 'unsettled promise';
const compression = 'compression';
const computation = 'computation';

/** By the type that Node gives to what is going on. Connections are left out: a pool keeps them for the next request. */
const kinds: Readonly<Record<string, string>> = {
  PROMISE: promise,
  Timeout: 'timer',
  Immediate: 'immediate',
  FSREQCALLBACK: 'file operation',
  FSREQPROMISE: 'file operation',
  FILEHANDLECLOSEREQ: 'file operation',
  FSEVENTWRAP: 'file watcher',
  STATWATCHER: 'file watcher',
  GETADDRINFOREQWRAP: 'name lookup',
  GETNAMEINFOREQWRAP: 'name lookup',
  QUERYWRAP: 'name lookup',
  TCPCONNECTWRAP: 'connection attempt',
  PIPECONNECTWRAP: 'connection attempt',
  TCPSERVERWRAP: 'server',
  PIPESERVERWRAP: 'server',
  HTTPCLIENTREQUEST: 'HTTP request',
  PROCESSWRAP: 'child process',
  WORKER: 'worker thread',
  ZLIB: compression,
};

/** They may have ended, and be there until the next garbage collection. */
const collected: readonly string[] = [promise, compression, computation];

/** It keeps its process running until it is closed, or its `unref` is called. */
interface Handle {
  hasRef(): boolean;
}

interface Running {
  readonly kind: string;
  /** Nothing is held that garbage collection would take. */
  readonly handle: Handle | undefined;
  readonly began: Error | undefined;
}

/** How long what was awaited may take to settle, and to close its files and end its processes on a busy machine. */
const graceMs = 50;
const closingMs = 2_000;

/**
 * Runs `work` and awaits it.
 * @returns What it has started and still runs; undefined if nothing does.
 * @throws What `work` throws.
 */
export async function leftRunningBy(work: () => unknown): Promise<LeftRunning | undefined> {
  const running = new Map<number, Running>();
  const inside = new AsyncLocalStorage<Map<number, Running>>();
  const hook = createHook({
    init(id, type, _trigger, resource) {
      // All of cryptography's are named so: SCRYPTREQUEST.
      const kind = kinds[type] ?? (type.endsWith('REQUEST') ? computation : undefined);
      if (kind === undefined || inside.getStore() !== running) return;
      running.set(id, {
        kind,
        handle: 'hasRef' in resource ? (resource as Handle) : undefined,
        // An error holds what is on its stack, and costs too much for each promise.
        began: collected.includes(kind) ? undefined : new Error('began here'),
      });
    },
    destroy: (id) => void running.delete(id),
    promiseResolve: (id) => void running.delete(id),
  });
  hook.enable();
  try {
    await inside.run(running, work);
    return await found(running);
  } finally {
    hook.disable();
  }
}

async function found(running: ReadonlyMap<number, Running>): Promise<LeftRunning | undefined> {
  // A timer that does not keep a process running is for the case that something takes too long; a pool keeps such workers.
  const all = () => [...running.values()].filter(({ handle }) => handle?.hasRef() !== false);
  const begin = performance.now();
  const mayEnd = () => all().length > 0 && performance.now() < begin + (all().some(isClosing) ? closingMs : graceMs);
  while (mayEnd()) await setTimeout(1);
  const work = all().filter(({ kind }) => !collected.includes(kind));
  if (work.length > 0) return { what: countKinds(work), began: work[0]?.began };
  if (all().length === 0) return undefined;
  // A promise that nothing can settle any more is garbage, such as the loser of a race whose timer was cleared.
  for (let turn = 0; turn < 2; turn += 1) {
    collectGarbage();
    await setTimeout(0);
  }
  const left = all();
  return left.length === 0 ? undefined : { what: countKinds(left), began: undefined };
}

function isClosing({ kind }: Running): boolean {
  return kind === 'file operation' || kind === 'child process';
}

function countKinds(running: readonly Running[]): string {
  const counts = Map.groupBy(running, ({ kind }) => kind);
  return [...counts].map(([kind, { length }]) => plural(length, kind)).join(', ');
}

let gc: (() => void) | undefined;

function collectGarbage(): void {
  if (gc === undefined) {
    setFlagsFromString('--expose-gc');
    gc = runInNewContext('gc') as () => void;
  }
  gc();
}
