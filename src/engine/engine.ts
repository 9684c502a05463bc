/** The engine: a child process that does the synchronous SQLite work and can be killed in the middle of it. */
import { Worker } from 'node:worker_threads';
import { DrydockError, invariant, messageOf } from '../errors.ts';
import { leaveStopsToSupervisor } from '../stop.ts';
import { siblingModule } from './entry.ts';
import { equipWith } from './open-database.ts';
import type { EngineRequests, Reply, Request, RequestName } from './protocol.ts';
import { engineSession } from './session.ts';
import { toWire } from './wire-error.ts';

const supervisorPid = process.ppid;
invariant(process.send !== undefined, 'the engine was started without a supervisor');

leaveStopsToSupervisor();

// An engine whose supervisor died must not go on. A separate thread, since a running statement blocks this one.
const watchdog = new Worker(siblingModule(import.meta.url, 'parent-watchdog'), { workerData: supervisorPid });
watchdog.unref();

// The line of a revision's file is deep in the stack: an operation calls others before it reaches a statement.
Error.stackTraceLimit = 100;

const tell = (reply: Reply) => process.send?.(reply);
const handlers = engineSession(tell, (error) => {
  stray ??= error;
});
const equipped = equipWith(process.argv.slice(2)).then(() => tell({ kind: 'equipped' }));
// Each request says it.
equipped.catch(() => undefined);
let busy = false;

/** A failure outside any request: in something that a revision left running when it returned, or in the watchdog. */
let stray: DrydockError | undefined;
const towardsCommit: ReadonlySet<RequestName> = new Set([
  'measure',
  'changedTables',
  'references',
  'record',
  'nameSnapshot',
  'commit',
]);

/** A restore is the way back, whatever a revision left running. */
function leadsToCommit({ name, takes }: Request): boolean {
  return towardsCommit.has(name) || (name === 'replace' && 'purpose' in takes && takes.purpose === 'commit');
}

watchdog.on('error', (error) => {
  stray ??= new DrydockError('PREFLIGHT', {
    what: `The engine could not start the thread that ends it with its run: ${messageOf(error)}`,
    next: 'Raise the limits of open files and processes (ulimit -n, ulimit -u), or free memory, and run again',
    cause: error,
  });
});

// The process goes on: after the commit, a failing timer of a revision must not make the database look damaged.
process.on('uncaughtException', (error) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  stray ??=
    error instanceof DrydockError
      ? error
      : new DrydockError('REVISION_FAILED', {
          what: `A revision left something running that failed after it had returned: ${messageOf(error)}`,
          next: 'Await everything that the revision starts, and run again',
          cause: error,
        });
});

process.on('message', (request: Request) => {
  void answer(request);
});
process.on('disconnect', () => process.exit(0));

async function answer(request: Request): Promise<void> {
  invariant(!busy, `request ${request.name} came before the last one was answered`);
  busy = true;
  try {
    if (stray !== undefined && leadsToCommit(request)) throw stray;
    if (request.name !== 'close') await equipped;
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
