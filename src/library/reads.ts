/** What only reads: nothing is written and no file is made. */
import { type CheckReport, checkDatabase } from '../api/check.ts';
import { type CurrentReport, currentOf } from '../api/current.ts';
import { type HistoryReport, historyOf, readRange } from '../api/history.ts';
import { type LintReport, lintFiles } from '../api/lint.ts';
import { describeEntry, type RevisionEntry } from '../api/revision-data.ts';
import { branchPoints, namedRevisions } from '../api/revisions.ts';
import { type ScriptReport, scriptFor } from '../api/script.ts';
import * as snapshots from '../api/snapshots.ts';
import { readStats, type StatsReport } from '../api/stats.ts';
import { type VerifyReport, verifyDatabase } from '../api/verify.ts';
import type { Config } from '../config/config.ts';
import { type Diagnosis, diagnose } from '../doctor/doctor.ts';
import { previewRun } from '../plan/preview.ts';
import type { Preview } from '../plan/previewed.ts';
import { loadGraph } from '../revisions/load-graph.ts';
import { readState } from '../revisions/read-state.ts';
import type { Manifest } from '../snapshots/manifest.ts';
import { requireClosedHere } from './closed-here.ts';
import type { RevisionArguments } from './runs.ts';

/**
 * The revision that the database is at.
 *
 * Not while this process has the database open: see docs/library.md.
 *
 * @throws {DrydockError} USAGE where there is no database, or the revision files are wrong; DAMAGED_BEFORE, BUSY.
 */
export async function current(config: Config): Promise<CurrentReport> {
  requireClosedHere(config);
  return currentOf(readState(config));
}

/**
 * The revisions, newest first, and what was run.
 * @param range `[start]:[end]`, such as `-3:` or `base:current`.
 * @throws {DrydockError} as {@link current} does.
 */
export async function history(config: Config, range = ':'): Promise<HistoryReport> {
  requireClosedHere(config);
  return historyOf(readRange(config, range, 'the files'));
}

/**
 * What an address names: one revision, or `heads`.
 * @throws {DrydockError} USAGE where it names none.
 */
export async function show(config: Config, address: string): Promise<readonly RevisionEntry[]> {
  requireClosedHere(config);
  const { graph, revisions } = namedRevisions(config, address);
  return revisions.map((revision) => describeEntry(graph, revision));
}

/** The revisions that no other one revises. Reads the files only. @throws {DrydockError} USAGE */
export async function heads(config: Config): Promise<readonly RevisionEntry[]> {
  const graph = loadGraph(config.migrations);
  return graph.heads.flatMap((id) => graph.get(id) ?? []).map((revision) => describeEntry(graph, revision));
}

/** The revisions that several others revise, newest first. Reads the files only. @throws {DrydockError} USAGE */
export async function branches(config: Config): Promise<readonly RevisionEntry[]> {
  const graph = loadGraph(config.migrations);
  return branchPoints(graph).map((revision) => describeEntry(graph, revision));
}

/**
 * Reads the whole database: integrity, foreign keys, rows, and whether it and the revision files belong together.
 * @throws {DrydockError} only where it cannot be read; what is wrong with it stands in the report.
 */
export async function verify(config: Config): Promise<VerifyReport> {
  requireClosedHere(config);
  return verifyDatabase(config);
}

/**
 * Compares the database with what its revisions make, and those with the wanted schema where one is configured.
 * @throws {DrydockError} as {@link current} does; REVISION_FAILED where the revisions cannot be replayed in memory.
 */
export async function check(config: Config, options: RevisionArguments = {}): Promise<CheckReport> {
  requireClosedHere(config);
  return checkDatabase(config, options.arguments ?? {}, () => undefined);
}

/**
 * The configured statistics.
 * @throws {DrydockError} USAGE where the SQL of one is wrong.
 */
export async function stats(config: Config): Promise<StatsReport> {
  requireClosedHere(config);
  return readStats(config);
}

/**
 * What would bite a run: the volume, permissions, space, locks, an interrupted run, the history. Writes nothing.
 * @returns `refusal` is what a run with something to do would end with; nothing is thrown for it.
 */
export async function doctor(config: Config): Promise<Diagnosis> {
  requireClosedHere(config);
  return diagnose(config);
}

export async function listSnapshots(config: Config): Promise<snapshots.SnapshotList> {
  return snapshots.listSnapshots(config);
}

/**
 * Proves that a snapshot is sound and is what was taken.
 * @param id The snapshot's id, the beginning of it, or `latest`.
 * @throws {DrydockError} PREFLIGHT where it is not; USAGE where there is none of that id.
 */
export async function verifySnapshot(config: Config, id: string): Promise<{ readonly snapshot: Manifest }> {
  return snapshots.verifySnapshot(config, id);
}

export interface PlanOptions extends RevisionArguments {
  /** Left out: upgrade. */
  readonly verb?: 'upgrade' | 'downgrade';
}

/**
 * What an upgrade or a downgrade would do. Nothing is written.
 * @param target An address as the command takes it.
 * @throws {DrydockError} as the run would before it changes anything.
 */
export async function plan(config: Config, target = 'head', options: PlanOptions = {}): Promise<Preview> {
  requireClosedHere(config);
  return previewRun(config, { verb: 'upgrade', target, ...options }, ignore);
}

/** What a script is asked for: as the verb of that name takes it with `--sql`. */
export type ScriptRequest = (
  | { readonly verb: 'upgrade' | 'downgrade'; readonly target: string }
  | { readonly verb: 'stamp'; readonly targets: readonly string[]; readonly forget?: 'replaced' | 'all' }
) &
  RevisionArguments & {
    /** The address where the script is to begin; left out: where the database is, or base where there is none. */
    readonly start?: string;
  };

/**
 * Writes a run down as a script for the sqlite3 shell, and runs nothing.
 * @throws {DrydockError} REVISION_FAILED naming the revision that cannot be written down without rows; USAGE for one that
 *   asks for no transaction.
 */
export async function script(config: Config, request: ScriptRequest): Promise<ScriptReport> {
  const { start, ...asked } = request;
  if (start === undefined) requireClosedHere(config);
  const command = asked.verb === 'stamp' ? ({ forget: 'replaced', ...asked, mismatch: 'accept' } as const) : asked;
  return scriptFor(config, command, start, ignore);
}

/**
 * Looks for what is dangerous in revision files.
 * @param addresses Which revisions; none for all of them.
 * @throws {DrydockError} USAGE where a file is no revision, or a module cannot be loaded.
 */
export async function lint(
  config: Config,
  addresses: readonly string[] = [],
  options: RevisionArguments = {},
): Promise<LintReport> {
  return lintFiles(config, addresses, options.arguments ?? {}, ignore);
}

function ignore(): void {
  // What revisions print is of no interest here.
}
