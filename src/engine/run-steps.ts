/** Runs the revisions of a plan, one after the other, on the live file or on a working copy. */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type Database from 'better-sqlite3';
import { codeOf, DrydockError, invariant, messageOf } from '../errors.ts';
import { createOperations, type Operations } from '../operations/operations.ts';
import { runOverQuotedText } from '../operations/over-quoted-text.ts';
import { checksum } from '../revisions/files/checksum.ts';
import type { Statement } from '../revisions/revision.ts';
import { resetConnection } from './connection-state.ts';
import { excerpt, type GuardedPort, guardedPort, type PortListener, type PortMode } from './guarded-port.ts';
import { importRevision } from './import-revision.ts';
import type { EngineStep, TimedStep } from './protocol.ts';
import type { LeftRunning } from './still-running.ts';
import { SnapshotUnproven } from './write-gate.ts';

/** What a revision module must export. */
interface RevisionModule {
  upgrade(op: Operations): unknown;
  downgrade(op: Operations): unknown;
}

export type LoadedModules = Map<string, RevisionModule>;

/**
 * Imports the modules of a plan. The supervisor has read their text; the checksum ensures that it is still the same.
 * @throws {DrydockError} USAGE if a module cannot be loaded, or has changed since.
 */
export async function loadModules(steps: readonly EngineStep[]): Promise<LoadedModules> {
  const modules: LoadedModules = new Map();
  for (const step of steps) {
    if (step.body.kind === 'module') modules.set(step.id, await loadModule(step, step.body.checksum));
  }
  return modules;
}

async function loadModule(step: EngineStep, expectedChecksum: string): Promise<RevisionModule> {
  const fail = (why: string, cause?: unknown, place?: string) =>
    new DrydockError('USAGE', {
      what: `Revision ${step.id} (${place === undefined ? step.path : `${step.path}:${place}`}) ${why}`,
      state: 'Nothing was changed',
      next: 'Fix the file and run again',
      cause,
    });
  if (checksum(readFileSync(step.path, 'utf8')) !== expectedChecksum) throw fail('changed while the run was starting');
  let module: Record<string, unknown>;
  try {
    module = await importRevision(step.path);
  } catch (error) {
    const { syntaxPlace } = await import('./syntax-place.ts');
    throw fail(`cannot be loaded: ${messageOf(error)}`, error, syntaxPlace(step.path, error));
  }
  const { upgrade, downgrade } = module;
  if (typeof upgrade !== 'function' || typeof downgrade !== 'function')
    throw fail('must export functions upgrade and downgrade');
  return { upgrade: upgrade as RevisionModule['upgrade'], downgrade: downgrade as RevisionModule['downgrade'] };
}

/**
 * Runs one step. In 'transaction' mode the connection is inside Drydock's transaction and must still be in that same
 * one afterwards. A SAVEPOINT proves it: it does not survive any way out, not even `COMMIT; BEGIN`.
 *
 * @throws {DrydockError} REVISION_FAILED naming the revision, the file and the line.
 */
export async function runStep(
  connection: Database.Database,
  step: EngineStep,
  mode: PortMode,
  modules: LoadedModules,
  listener: PortListener = {},
): Promise<TimedStep> {
  const startedAt = new Date();
  const started = performance.now();
  const port = guardedPort(connection, mode, `Revision ${step.id} (${step.path})`, listener);
  if (mode === 'transaction') connection.exec('SAVEPOINT drydock_guard');
  try {
    if (step.body.kind === 'sql') runStatements(port, step, step.body.statements, listener);
    else await runModule(port, step, modules);
  } finally {
    port.close();
  }
  if (mode === 'transaction') closeGuard(connection, step);
  else requireNoTransaction(connection, step);
  if (port.leavesTraces()) resetConnection(connection);
  return {
    id: step.id,
    direction: step.direction,
    startedAt: startedAt.toISOString(),
    durationMs: Math.round(performance.now() - started),
  };
}

function runStatements(
  port: GuardedPort,
  step: EngineStep,
  statements: readonly Statement[],
  listener: PortListener,
): void {
  for (const { sql, line } of statements) {
    try {
      runOverQuotedText(port, sql);
    } catch (error) {
      const statement = error instanceof DrydockError ? '' : `, in: ${excerpt(sql)}`;
      const failure = failed(step, `at ${step.path}:${line}: ${describe(error)}${statement}`, error);
      if (listener.failed === undefined) throw failure;
      listener.failed(failure, line);
    }
  }
}

async function runModule(port: GuardedPort, step: EngineStep, modules: LoadedModules): Promise<void> {
  const module = modules.get(step.id);
  invariant(module !== undefined, `module ${step.id} was not loaded before it was run`);
  const operations = createOperations(port, { arguments: step.arguments });
  // SQL leaves nothing running.
  const { leftRunningBy } = await import('./still-running.ts');
  let left: LeftRunning | undefined;
  try {
    left = await leftRunningBy(async () => {
      try {
        await (step.direction === 'up' ? module.upgrade(operations) : module.downgrade(operations));
      } finally {
        port.close();
      }
    });
  } catch (error) {
    throw failed(step, `at ${placeIn(step.path, error)}: ${describe(error)}`, error);
  }
  if (left === undefined) return;
  const problem = new DrydockError('REVISION_FAILED', {
    what: `it returned while something that it had started was still running (${left.what})`,
    next: 'Await everything that the revision starts (with async functions use for … of, not forEach), clear its timers, and run again',
  });
  throw failed(step, `at ${placeIn(step.path, left.began)}: ${problem.what}`, problem);
}

/** `path:line` of the call in a revision's file that caused an error; the path alone if the stack does not show it. */
function placeIn(path: string, error: unknown): string {
  const line = lineIn(path, error);
  return line === undefined ? path : `${path}:${line}`;
}

/** The line of a revision's file that caused an error; undefined if the stack does not show it. */
export function lineIn(path: string, error: unknown): number | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const [, after] = stack.split(`${pathToFileURL(path).href}:`);
  const line = /^\d+/.exec(after ?? '')?.[0];
  return line === undefined ? undefined : Number(line);
}

function closeGuard(connection: Database.Database, step: EngineStep): void {
  try {
    connection.exec('RELEASE drydock_guard');
  } catch (error) {
    throw failed(step, `at ${step.path}: it ended Drydock's transaction and hid the error`, error);
  }
}

function requireNoTransaction(connection: Database.Database, step: EngineStep): void {
  if (connection.inTransaction) throw failed(step, `at ${step.path}: it left a transaction open`, undefined);
}

/** Keeps the error's own advice and reason if it is a DrydockError. */
function failed(step: EngineStep, how: string, cause: unknown): DrydockError {
  if (cause instanceof SnapshotUnproven) return cause;
  const verb = step.direction === 'up' ? 'upgrade' : 'downgrade';
  const own = cause instanceof DrydockError ? cause : undefined;
  const fix = codeOf(cause) === 'SQLITE_FULL' ? 'Free disk space and run again' : 'Fix the revision and run again';
  return new DrydockError('REVISION_FAILED', {
    what: `The ${verb} of revision ${step.id} failed ${how}`,
    next: own?.next ?? fix,
    reason: own?.reason ?? (saysAlreadyExists(cause) ? 'already exists' : undefined),
    cause,
  });
}

/** SQLite has no code for it. */
function saysAlreadyExists(cause: unknown): boolean {
  return codeOf(cause) === 'SQLITE_ERROR' && messageOf(cause).endsWith(' already exists');
}

/** If the first revisions fail because an object exists, another tool has most often created the schema before. */
export function failedAtBase(error: unknown): unknown {
  if (!(error instanceof DrydockError) || error.reason !== 'already exists') return error;
  return error.with({
    next: 'If the database has this schema already, say so: `drydock stamp <revision>`; otherwise fix the revision and run again',
  });
}

function describe(error: unknown): string {
  if (error instanceof DrydockError) return error.what;
  const code = codeOf(error);
  return code === '' ? messageOf(error) : `${messageOf(error)} (${code})`;
}
