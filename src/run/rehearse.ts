/**
 * The whole safe run on a copy: `drydock rehearse`. The live file is read under its write lock while it is copied, as
 * for a snapshot, and then left alone; the copy shows what the real run would do, and how it would end.
 */
import { DrydockError, messageOf } from '../errors.ts';
import type { Observer } from '../events.ts';
import { withReader } from '../files/database-reader.ts';
import { fillOwnedFile } from '../files/owned-file.ts';
import { describeRevisions } from '../format.ts';
import type { RevisionGraph } from '../revisions/graph/graph.ts';
import { loadGraphToRun } from '../revisions/load-graph.ts';
import { changesBetween } from '../schema/compare/changes.ts';
import type { Schema } from '../schema/normalised.ts';
import { readSchema } from '../schema/read-schema.ts';
import { createContext, engineFor, inMemory, phase, type RunContext, stoppable } from './context.ts';
import { endingWell } from './failure.ts';
import { nothingPending } from './fast-path.ts';
import { requireFamiliarHeld } from './foreign.ts';
import { hold } from './hold.ts';
import type { AtTarget, RecoveryReport, RehearsalReport, RehearseCommand, RunRequest } from './outcome.ts';
import { copiesOf, isNothing, planRun } from './plan.ts';
import { inspectGround, requireExtensions, requireSpace } from './preflight.ts';
import { rehearsalCopy, withRehearsalFolder } from './rehearsal-copy.ts';
import { requireDatabase } from './require-database.ts';
import { run } from './run.ts';
import { locked } from './under-locks.ts';

/**
 * @param stop Aborted with a {@link Stop} by a signal or the deadline.
 * @throws {DrydockError} with the code that the real run would have ended with; the live database is untouched.
 */
export async function rehearse(
  request: RunRequest<RehearseCommand>,
  observer: Observer,
  stop: AbortSignal,
): Promise<RehearsalReport | AtTarget> {
  requireDatabase(request.config);
  const context = createContext(request, observer, stop);
  return endingWell(context, async () => {
    const graph = await phase(context, 'preflight', async () => {
      inspectGround(context);
      await requireExtensions(inMemory(context));
      return loadGraphToRun(request.config);
    });
    return withRehearsalFolder(context, async () => {
      const { current, recovered } = await locked(context, async (_locks, recovery) => ({
        current: await copyUnlessAtTarget(context, graph, request.command, recovery),
        recovered: recovery,
      }));
      return current === undefined
        ? runOnCopy(context, request, graph, recovered)
        : nothingPending(context.layout.database, current);
    });
  });
}

/** @returns The revisions that the database is at, if nothing is pending and so nothing was copied. */
async function copyUnlessAtTarget(
  context: RunContext,
  graph: RevisionGraph,
  command: RehearseCommand,
  recovered: RecoveryReport | null,
): Promise<readonly string[] | undefined> {
  const engine = await engineFor(context);
  try {
    const held = await hold(context, engine, recovered);
    const plan = await phase(context, 'pending', async () => {
      const planned = planRun(graph, held, command.of);
      await stoppable(context, engine, requireFamiliarHeld(context, engine, graph, planned, held));
      return planned;
    });
    if (isNothing(plan)) return held.current;
    // Everything beside the database: the rehearsal's snapshot is also kept beside the copy.
    requireSpace(context, { all: 1 + copiesOf(plan).all, snapshots: 0 });
    const to = rehearsalCopy(context.layout);
    // The same as in the live file, since the run is different in WAL mode.
    const journalMode = held.journalMode === 'wal' ? 'wal' : 'delete';
    await phase(
      context,
      'copy',
      () =>
        fillOwnedFile(to, context.ownership, () =>
          stoppable(context, engine, engine.call('copy', { to, journalMode })),
        ),
      ({ pages }) => ({ pages, bytes: pages * held.pageSize }),
    );
    await engine.call('release', {});
    return undefined;
  } finally {
    await engine.stop();
  }
}

async function runOnCopy(
  context: RunContext,
  request: RunRequest<RehearseCommand>,
  graph: RevisionGraph,
  recovered: RecoveryReport | null,
): Promise<RehearsalReport> {
  const copy = rehearsalCopy(context.layout);
  const { config, toolVersion, command } = request;
  const { directory: _ofLive, ...besideCopy } = config.snapshots;
  const before = schemaOf(context, copy);
  const report = await run(
    { command: command.of, config: { ...config, database: copy, snapshots: besideCopy }, toolVersion },
    graph,
    context.observer,
    context.stop,
  ).catch((error: unknown) => {
    throw error instanceof DrydockError ? ofRehearsal(context, error) : error;
  });
  const after = schemaOf(context, copy);
  const { from, to, steps, checks, phases, durationMs } = report;
  return {
    outcome: 'passed',
    verdict: `The rehearsal passed: the ${command.of.verb} of ${context.layout.database} from ${describeRevisions(from)} to ${describeRevisions(to)} took ${durationMs} ms on a copy, and every check passed. The live database was not touched, and the copy is removed.`,
    database: context.layout.database,
    from,
    to,
    steps,
    checks,
    schema: before === undefined || after === undefined ? null : changesBetween(before, after),
    recovered,
    phases,
    durationMs,
  };
}

/** Undefined if Drydock cannot explain the schema, which is no reason for the run to fail. */
function schemaOf({ observer }: RunContext, copy: string): Schema | undefined {
  try {
    return withReader(copy, readSchema);
  } catch (error) {
    observer({ kind: 'warning', message: `the schemas cannot be compared: ${messageOf(error)}` });
    return undefined;
  }
}

/** The error of the run on the copy, reworded for a reader who thinks of the live database. */
function ofRehearsal({ layout }: RunContext, error: DrydockError): DrydockError {
  const { what, next } = error;
  const copy = rehearsalCopy(layout);
  // Files beside the copy have no live counterpart, and keep their paths.
  const isLonger = (rest: string) => /^(-|\.\w)/.test(rest);
  const ofLive = (text: string) =>
    text.split(copy).reduce((before, rest) => `${before}${isLonger(rest) ? copy : layout.database}${rest}`);
  return error.with({
    what: `In the rehearsal: ${ofLive(what)}`,
    state: `It was a rehearsal on a copy, which is removed: ${layout.database} is untouched`,
    next: next && ofLive(next),
    cause: error,
  });
}
