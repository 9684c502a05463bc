/** The engine: a child process that does the synchronous SQLite work, and can be killed in the middle of it. */
import { Worker } from 'node:worker_threads';
import { invariant } from '../errors.ts';
import { siblingModule } from './entry.ts';
import type { EngineRequests, Reply, Request, RequestName } from './protocol.ts';
import { engineSession } from './session.ts';
import { toWire } from './wire-error.ts';

const supervisorPid = process.ppid;
invariant(process.send !== undefined, 'the engine was started without a supervisor');

// A thread of its own, since a running statement blocks this one: an engine whose supervisor died must not go on.
new Worker(siblingModule(import.meta.url, 'lifeline'), { workerData: supervisorPid }).unref();

const tell = (reply: Reply) => process.send?.(reply);
const handlers = engineSession(tell);
let busy = false;

process.on('message', (request: Request) => {
  void answer(request);
});
process.on('disconnect', () => process.exit(0));

async function answer(request: Request): Promise<void> {
  invariant(!busy, `request ${request.name} came before the last one was answered`);
  busy = true;
  try {
    const value = await handle(request.name, request.takes);
    busy = false;
    tell({ kind: 'answer', value });
  } catch (error) {
    busy = false;
    tell({ kind: 'error', error: toWire(error) });
  }
}

function handle<K extends RequestName>(
  name: K,
  takes: EngineRequests[K]['takes'],
): Promise<EngineRequests[K]['gives']> {
  return handlers[name](takes);
}
