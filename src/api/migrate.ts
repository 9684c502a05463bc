/** Upgrade, downgrade, stamp and ensure-version: a run, unless a plain read shows that there is nothing to do. */
import type { Config } from '../config/config.ts';
import type { Observer } from '../events.ts';
import { withReader } from '../files/database-reader.ts';
import { layoutFor } from '../files/layout.ts';
import type { Forecast, Loss } from '../plan/loss.ts';
import { headlineOf } from '../report/headline.ts';
import { readApplied } from '../revisions/applied-tables.ts';
import { startsFromCurrent } from '../revisions/graph/address.ts';
import { buildGraph, type RevisionGraph } from '../revisions/graph/graph.ts';
import { planDowngrade } from '../revisions/graph/steps.ts';
import { loadGraphIfThere, loadGraphToRun } from '../revisions/load-graph.ts';
import { atTarget } from '../run/fast-path.ts';
import { readRows } from '../run/foreign.ts';
import { judgeLife } from '../run/former-life.ts';
import type { AtTarget, MigrationCommand, RehearsalReport, RunReport, RunRequest } from '../run/outcome.ts';
import { planRun } from '../run/plan.ts';
import type { Spares } from '../run/prefork.ts';
import { toolVersion } from '../version.ts';
import { type Consent, requireConsent } from './consent.ts';
import type { Ended } from './recorded.ts';
import type { Session } from './session.ts';

export interface MigrationReport extends RunReport {
  /** The data in the dropped tables and columns, counted before the run. */
  readonly losses: readonly Loss[];
}

/**
 * @param consent Needed if a downgrade would lose data.
 * @throws {DrydockError} with the code of the ending; see docs/exit-codes.md.
 */
export async function migrate(
  config: Config,
  command: MigrationCommand,
  session: Session,
  consent: Consent,
): Promise<MigrationReport | AtTarget> {
  // The table alone needs no revision.
  const graph =
    command.verb === 'ensure-version'
      ? (loadGraphIfThere(config.migrations) ?? buildGraph([]))
      : loadGraphToRun(config);
  const result = atTargetHere(config, graph, command) ?? (await startRun({ config, graph, command, session, consent }));
  return withOlderTarget(graph, command, result);
}

interface Migration {
  readonly config: Config;
  readonly graph: RevisionGraph;
  readonly command: MigrationCommand;
  readonly session: Session;
  readonly consent: Consent;
}

/** An upgrade starts its processes at once. A downgrade may have to wait for a person's answer first. */
async function startRun(migration: Migration): Promise<MigrationReport> {
  if (migration.command.verb !== 'upgrade') return runMigration(migration);
  const { withSpares } = await import('../run/prefork.ts');
  return withSpares(migration.config, (spares) => runMigration(migration, spares));
}

async function runMigration(migration: Migration, spares?: Spares): Promise<MigrationReport> {
  const { config, graph, command, session } = migration;
  const { recordedRun } = await import('./recorded.ts');
  return recordedRun(session, { config, command, describe: describeRun }, async (observer, stop) => {
    const { losses, agreedAt } = await agree(migration, observer, stop);
    const { run } = await import('../run/run.ts');
    const request = { command, config, toolVersion: toolVersion(), agreedAt };
    return { ...(await run(request, graph, observer, stop, spares)), losses };
  });
}

/** @throws {DrydockError} HISTORY also for an emptied file at base: nothing is pending there, but its data is missing. */
export function atTargetHere(config: Config, graph: RevisionGraph, command: MigrationCommand): AtTarget | undefined {
  const answer = atTarget(config.database, () => graph, command);
  if (answer?.from.length === 0) {
    const { applied, rows } = withReader(answer.database, (reader) => {
      const read = readApplied(reader);
      return { applied: read, rows: readRows(reader, read) };
    });
    judgeLife({ layout: layoutFor(config), config }, applied, rows);
  }
  return answer;
}

function describeRun(report: MigrationReport): Ended {
  const { outcome, losses } = report;
  return { ending: { outcome, exitCode: 0, sentence: headlineOf(report) }, losses };
}

interface Agreement {
  readonly losses: readonly Loss[];
  /** As in {@link RunRequest}. */
  readonly agreedAt: NonNullable<RunRequest['agreedAt']>;
}

/** @throws {DrydockError} USAGE if there is no consent. */
async function agree(
  { config, graph, command, consent }: Migration,
  observer: Observer,
  stop: AbortSignal,
): Promise<Agreement> {
  if (command.verb !== 'upgrade' && command.verb !== 'downgrade') return { losses: [], agreedAt: 'anywhere' };
  const { forecastLosses } = await import('../plan/forecast-losses.ts');
  const { untoldRun } = await import('../run/untold.ts');
  const { database } = config;
  const layout = layoutFor(config);
  const began = new Date();
  let from: readonly string[] = [];
  const forecast = await forecastLosses(
    {
      database,
      stepsFrom: (applied) => {
        const isDone = untoldRun(layout, applied, command, began) !== undefined;
        const plan = planRun(graph, applied, isDone ? { ...command, target: 'current' } : command);
        from = plan.from;
        return plan.steps;
      },
      extensions: config.sqliteExtensions,
      arguments: command.arguments ?? {},
      // An upgrade only reports losses, and its modules may have effects outside the database.
      modules: command.verb === 'downgrade' ? 'run' : 'leave',
      patienceMs: 10_000,
    },
    stop,
  );
  // If it was stopped, the run reports that, with the cause.
  if (!stop.aborted) await requireConsent({ verb: command.verb, database, forecast }, consent, observer, stop);
  return {
    losses: forecast.kind === 'known' ? forecast.losses : [],
    agreedAt: command.verb === 'upgrade' || consent.kind === 'given' ? 'anywhere' : agreedAt[forecast.kind](from),
  };
}

/** Consent to known losses holds only for the revisions they were counted at; to unknown ones, for any. */
const agreedAt: Readonly<Record<Forecast['kind'], (from: readonly string[]) => Agreement['agreedAt']>> = {
  known: (from) => from,
  unknown: () => 'anywhere',
  later: () => 'nowhere',
};

export function withOlderTarget<T extends AtTarget | RunReport | RehearsalReport>(
  graph: RevisionGraph,
  command: MigrationCommand,
  result: T,
): T {
  const { outcome, to } = result;
  const isOlder =
    outcome === 'nothing-pending' &&
    command.verb === 'upgrade' &&
    !startsFromCurrent(command.target) &&
    planDowngrade(graph, to, command.target).length > 0;
  return isOlder ? { ...result, olderTarget: true } : result;
}
