/** The state of the database, its runs, snapshots and windows: served as /status.json, and the source of all other pages. */
import { statSync } from 'node:fs';
import { currentOf } from '../api/current.ts';
import type { Config, WindowSettings } from '../config/config.ts';
import { DrydockError, messageOf } from '../errors.ts';
import { isThere, looking } from '../files/access.ts';
import { withReader } from '../files/database-reader.ts';
import type { Layout } from '../files/layout.ts';
import type { RunRecord } from '../records/run-record.ts';
import { listRunRecords, runRecords } from '../records/store.ts';
import { readApplied } from '../revisions/applied-tables.ts';
import { loadGraphToRun } from '../revisions/load-graph.ts';
import { readCatalog } from '../snapshots/catalog.ts';
import type { Manifest } from '../snapshots/manifest.ts';
import { toolVersion } from '../version.ts';
import type { Activity } from './activity.ts';
import type { DaemonMemory, Hold } from './daemon-state.ts';
import { sayHold, standingHold } from './pause.ts';
import { openingsFor } from './scheduler.ts';

export interface Status {
  readonly at: string;
  readonly toolVersion: string;
  readonly ready: boolean;
  /** Why it is not ready, one sentence each. */
  readonly problems: readonly string[];
  readonly database: DatabaseStatus;
  /** True if there is a run journal: a run is in progress, or was interrupted. */
  readonly unfinishedRun: boolean;
  readonly activity: Activity | null;
  readonly held: Hold | null;
  readonly verified: DaemonMemory['verified'];
  readonly succeeded: DaemonMemory['succeeded'];
  readonly windows: readonly WindowStatus[];
  /** By end, newest first. */
  readonly runs: readonly RunSummary[];
  readonly snapshots: SnapshotsStatus;
}

export interface DatabaseStatus {
  readonly path: string;
  /** Null if there is no file. */
  readonly bytes: number | null;
  readonly walBytes: number;
  /** As last read; null if they could never be read. */
  readonly current: readonly string[] | null;
  readonly heads: readonly string[];
  /** Revisions with a file that are not in the database, in their order. */
  readonly pending: readonly string[];
  /** Revisions in the database that have no file. */
  readonly unknown: readonly string[];
  /** Why the database could not be read now. */
  readonly problem: string | null;
}

export interface WindowStatus extends Pick<WindowSettings, 'name' | 'cron' | 'timeZone' | 'tasks'> {
  readonly next: string | null;
  readonly lastOpened: string | null;
}

/** A record without the SQL that ran. */
export type RunSummary = Pick<
  RunRecord,
  'runId' | 'command' | 'targets' | 'startedAt' | 'durationMs' | 'ending' | 'from' | 'to' | 'phases'
> & { readonly snapshot: string | null };

export interface SnapshotsStatus {
  readonly count: number;
  readonly bytes: number;
  /** The most recent ones, newest first. */
  readonly newest: readonly Pick<Manifest, 'id' | 'reason' | 'createdAt' | 'bytes' | 'revision' | 'integrity'>[];
  readonly unusable: number;
}

/** What the running daemon knows and the files do not show. */
export interface DaemonState {
  readonly config: Config;
  /** Resolved when the daemon started: if the volume is unmounted, links can no longer be followed. */
  readonly layout: Layout;
  readonly memory: DaemonMemory;
  readonly activity: Activity | null;
  readonly now: Date;
}

const shownRuns = 10;
const shownSnapshots = 10;

const noSnapshots: SnapshotsStatus = { count: 0, bytes: 0, newest: [], unusable: 0 };

/**
 * Reads a few small files and a page or two of the database; does not wait and takes none of Drydock's locks.
 * @param before The last status, used for the database if a writer has it locked now.
 */
export function readStatus({ config, layout, memory, activity, now }: DaemonState, before: Status | undefined): Status {
  const unseen = new Set<string>();
  /** A part that cannot be accessed is reported as a problem, and hides no other part. */
  const orUnseen = <T>(otherwise: T, look: () => T): T => {
    try {
      return looking(look);
    } catch (error) {
      if (!(error instanceof DrydockError)) throw error;
      unseen.add(error.message);
      return otherwise;
    }
  };
  const database = databaseStatus(config, layout, before?.database);
  const unfinishedRun = orUnseen(false, () => isThere(layout.runJournal));
  const runs = orUnseen([], () => listRunRecords(layout, shownRuns).runs.map(summaryOf));
  const held = orUnseen(memory.held, () => standingHold(memory, runRecords(layout)) ?? null);
  const snapshots = orUnseen(noSnapshots, () => snapshotsStatus(layout));
  const known = problemsOf({ database, unfinishedRun, held, verified: memory.verified, activity });
  const problems = [...known, ...unseen];
  return {
    at: now.toISOString(),
    toolVersion: toolVersion(),
    ready: problems.length === 0,
    problems,
    database,
    unfinishedRun,
    activity,
    held,
    verified: memory.verified,
    succeeded: memory.succeeded,
    windows: config.windows.map((window) => windowStatus(window, memory, now)),
    runs,
    snapshots,
  };
}

function databaseStatus(config: Config, layout: Layout, before: DatabaseStatus | undefined): DatabaseStatus {
  const sizeOf = (path: string) => statSync(path, { throwIfNoEntry: false })?.size;
  const path = layout.database;
  const sizes = { path, bytes: sizeOf(path) ?? null, walBytes: sizeOf(`${path}-wal`) ?? 0 };
  try {
    const graph = loadGraphToRun(config);
    const applied = withReader(path, readApplied, 0);
    const { current, heads, unknown } = currentOf({ database: path, graph, applied });
    const reached = graph.ancestors(current.filter((id) => !unknown.includes(id)));
    const pending = graph.revisions.map(({ id }) => id).filter((id) => !reached.has(id));
    return { ...sizes, current, heads, pending, unknown, problem: null };
  } catch (error) {
    const isBusy = error instanceof DrydockError && error.code === 'BUSY';
    const last = before ?? { current: null, heads: [], pending: [], unknown: [], problem: null };
    return { ...last, ...sizes, problem: isBusy && before !== undefined ? before.problem : messageOf(error) };
  }
}

type Findings = Pick<Status, 'database' | 'unfinishedRun' | 'held' | 'verified' | 'activity'>;

function problemsOf({ database, unfinishedRun, held, verified, activity }: Findings): string[] {
  const { problem, pending, unknown } = database;
  const problems = [
    problem,
    pending.length > 0 && `Not applied yet: ${pending.join(', ')}.`,
    unknown.length > 0 && `The database is newer than the revision files: no file has ${unknown.join(', ')}.`,
    unfinishedRun && activity === null && 'A run is in progress, or was interrupted and must be finished.',
    held !== null && `${sayHold(held)}.`,
    held === null && verified !== null && verified.finding,
  ];
  return problems.filter((each) => typeof each === 'string');
}

function summaryOf(record: RunRecord): RunSummary {
  const { runId, command, targets, startedAt, durationMs, ending, from, to, phases, snapshot } = record;
  return { runId, command, targets, startedAt, durationMs, ending, from, to, phases, snapshot: snapshot?.id ?? null };
}

function windowStatus(window: WindowSettings, memory: DaemonMemory, now: Date): WindowStatus {
  const { name, cron, timeZone, tasks } = window;
  const next = openingsFor(window).after(now)?.toISOString() ?? null;
  return { name, cron, timeZone, tasks, next, lastOpened: memory.windows[name]?.lastOpened ?? null };
}

function snapshotsStatus(layout: Layout): SnapshotsStatus {
  const { snapshots, unusable } = readCatalog(layout);
  const manifests = snapshots.map(({ manifest }) => manifest).toReversed();
  return {
    count: manifests.length,
    bytes: manifests.reduce((sum, { bytes }) => sum + bytes, 0),
    newest: manifests.slice(0, shownSnapshots).map(({ id, reason, createdAt, bytes, revision, integrity }) => ({
      id,
      reason,
      createdAt,
      bytes,
      revision,
      integrity,
    })),
    unusable: unusable.length,
  };
}
