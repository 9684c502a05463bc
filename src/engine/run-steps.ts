/** Runs the revisions of a plan, one after the other, on the live file or on a working copy. */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import type Database from 'better-sqlite3';
import { codeOf, DrydockError, invariant, messageOf } from '../errors.ts';
import { createOperations, type Operations } from '../operations/operations.ts';
import { checksum } from '../revisions/checksum.ts';
import type { Statement } from '../revisions/revision.ts';
import { excerpt, type GuardedPort, guardedPort, type PortMode } from './guarded-port.ts';
import type { EngineStep, StepReport } from './protocol.ts';

/** What a revision module must export. */
interface RevisionModule {
  upgrade(op: Operations): unknown;
  downgrade(op: Operations): unknown;
}

export type LoadedModules = Map<string, RevisionModule>;

/**
 * Imports the modules of a plan. The supervisor read their text before; the checksum makes sure that this is it.
 * @throws {DrydockError} USAGE where one cannot be loaded or changed meanwhile.
 */
export async function loadModules(steps: readonly EngineStep[]): Promise<LoadedModules> {
  const modules: LoadedModules = new Map();
  for (const step of steps) {
    if (step.body.kind === 'module') modules.set(step.id, await loadModule(step, step.body.checksum));
  }
  return modules;
}

async function loadModule(step: EngineStep, expectedChecksum: string): Promise<RevisionModule> {
  const fail = (why: string, cause?: unknown) =>
    new DrydockError('USAGE', {
      what: `Revision ${step.id} (${step.path}) ${why}`,
      next: 'Mend the file and run again',
      cause,
    });
  if (checksum(readFileSync(step.path, 'utf8')) !== expectedChecksum) throw fail('changed while the run was starting');
  let module: Record<string, unknown>;
  try {
    module = await import(pathToFileURL(step.path).href);
  } catch (error) {
    throw fail(`cannot be loaded: ${messageOf(error)}`, error);
  }
  const { upgrade, downgrade } = module;
  if (typeof upgrade !== 'function' || typeof downgrade !== 'function')
    throw fail('must export functions upgrade and downgrade');
  return { upgrade: upgrade as RevisionModule['upgrade'], downgrade: downgrade as RevisionModule['downgrade'] };
}

/**
 * Runs one step. In 'transaction' mode the connection is inside Drydock's transaction and must still be in the very
 * same one afterwards; a SAVEPOINT is the witness, since it is gone after every escape, `COMMIT; BEGIN` too.
 *
 * @throws {DrydockError} REVISION_FAILED naming the revision, the file and the line.
 */
export async function runStep(
  connection: Database.Database,
  step: EngineStep,
  mode: PortMode,
  modules: LoadedModules,
): Promise<StepReport> {
  const startedAt = new Date();
  const started = performance.now();
  const port = guardedPort(connection, mode, `Revision ${step.id} (${step.path})`);
  if (mode === 'transaction') connection.exec('SAVEPOINT drydock_guard');
  if (step.body.kind === 'sql') runStatements(port, step, step.body.statements);
  else await runModule(port, step, modules);
  if (mode === 'transaction') closeGuard(connection, step);
  else requireNoTransaction(connection, step);
  return {
    id: step.id,
    direction: step.direction,
    startedAt: startedAt.toISOString(),
    durationMs: Math.round(performance.now() - started),
    statements: port.statements(),
  };
}

function runStatements(port: GuardedPort, step: EngineStep, statements: readonly Statement[]): void {
  for (const { sql, line } of statements) {
    try {
      port.run(sql);
    } catch (error) {
      if (error instanceof DrydockError) throw error;
      throw failed(step, `at ${step.path}:${line}: ${describe(error)}, in: ${excerpt(sql)}`, error);
    }
  }
}

async function runModule(port: GuardedPort, step: EngineStep, modules: LoadedModules): Promise<void> {
  const module = modules.get(step.id);
  invariant(module !== undefined, `module ${step.id} was not loaded before it was run`);
  const operations = createOperations(port);
  try {
    await (step.direction === 'up' ? module.upgrade(operations) : module.downgrade(operations));
  } catch (error) {
    if (error instanceof DrydockError && error.code === 'REVISION_FAILED') throw error;
    throw failed(step, `(${step.path}): ${describe(error)}`, error);
  }
}

function closeGuard(connection: Database.Database, step: EngineStep): void {
  try {
    connection.exec('RELEASE drydock_guard');
  } catch (error) {
    throw failed(step, `(${step.path}) ended Drydock's transaction`, error);
  }
}

function requireNoTransaction(connection: Database.Database, step: EngineStep): void {
  if (connection.inTransaction) throw failed(step, `(${step.path}) left a transaction open`, undefined);
}

function failed(step: EngineStep, how: string, cause: unknown): DrydockError {
  const verb = step.direction === 'up' ? 'upgrade' : 'downgrade';
  return new DrydockError('REVISION_FAILED', {
    what: `The ${verb} of revision ${step.id} failed ${how}`,
    next: codeOf(cause) === 'SQLITE_FULL' ? 'Free disk space and run again' : 'Mend the revision and run again',
    cause,
  });
}

function describe(error: unknown): string {
  const code = codeOf(error);
  return code === '' ? messageOf(error) : `${messageOf(error)} (${code})`;
}
