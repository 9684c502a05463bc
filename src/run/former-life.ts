/**
 * Whether the file is the database that the runs before were about. What they left tells: the snapshots and the records beside
 * it name runs, and the history in the file has them or has not.
 */
import { statSync } from 'node:fs';
import type { Config } from '../config/config.ts';
import { DrydockError } from '../errors.ts';
import { looking } from '../files/access.ts';
import { type Layout, snapshotsBeside } from '../files/layout.ts';
import { describeRevisions, plural } from '../format.ts';
import { leftBy } from '../records/left.ts';
import { endedAt } from '../records/run-order.ts';
import { runRecords } from '../records/store.ts';
import type { HistoryRow } from '../revisions/applied-tables.ts';
import { begunAnewAt } from '../snapshots/begun-anew.ts';
import { listSnapshots, type Snapshot } from '../snapshots/catalog.ts';
import { visibleProblem } from '../snapshots/problem.ts';
import { hasUsersRows, traceOf } from '../snapshots/trace.ts';

/** One thing that tells what the database was. */
interface Witness {
  /** `snapshot …` or `run …`. */
  readonly name: string;
  /** ISO 8601. */
  readonly at: string;
  readonly lastRun: string | null;
  readonly rows: 'none' | 'some' | 'not counted' | number;
  readonly revision: readonly string[];
}

export interface Place {
  readonly layout: Layout;
  readonly config: Config;
}

/** What the file says of itself. */
export interface Found {
  readonly current: readonly string[];
  readonly history: readonly Pick<HistoryRow, 'runId'>[];
}

export type Relation =
  /** The file goes on from what is known, or nothing is. */
  | { readonly kind: 'same' }
  /** It knows an older run, and not the newest one. */
  | { readonly kind: 'older'; readonly newest: Witness }
  /** It knows none of the runs, or none is known. */
  | { readonly kind: 'none in common'; readonly witnesses: readonly Witness[] };

/**
 * As {@link judgeRelation}, for commands that only look.
 * @param rows Of each table.
 */
export function judgeLife(place: Place, found: Found, rows: Readonly<Record<string, number>>): string | undefined {
  const hasRows = hasUsersRows(rows, place.config.ignoreTables);
  return looking(() => judgeRelation(place, relationTo(place, found), found, hasRows));
}

/** How the file relates to what is known of the database. Reads what stands beside it, and no more of that than it must. */
export function relationTo({ layout }: Place, { history }: Found): Relation {
  const runs = new Set(history.map(({ runId }) => runId));
  const isKnown = ({ lastRun }: Witness) => lastRun !== null && runs.has(lastRun);
  const witnesses: Witness[] = [];
  for (const witness of witnessesOf(layout)) {
    if (isKnown(witness)) {
      const [newest] = witnesses;
      return newest === undefined || newest.lastRun === null ? { kind: 'same' } : { kind: 'older', newest };
    }
    witnesses.push(witness);
  }
  return witnesses.length === 0 ? { kind: 'same' } : { kind: 'none in common', witnesses };
}

/**
 * @param hasRows Whether there is a row in any table that holds what people put there.
 * @returns A warning, where there is one to give.
 * @throws {DrydockError} HISTORY where the file is empty and what is known of the database was not.
 */
export function judgeRelation(place: Place, relation: Relation, found: Found, hasRows: boolean): string | undefined {
  const { database } = place.layout;
  if (relation.kind === 'same') return undefined;
  if (relation.kind === 'older') {
    const { name, at } = relation.newest;
    return `${database} does not know the newest run of it (${name} of ${at}), and does know an older one: it is an older copy of this database`;
  }
  const lost = lostIn(relation, found, hasRows);
  if (lost !== undefined) throw emptied(place, lost);
  const [newest] = relation.witnesses;
  // What had no run yet cannot be told from another database.
  if (newest === undefined || newest.lastRun === null) return undefined;
  const is = hasRows || found.current.length > 0 ? 'another database was put in its place' : 'it was made anew, empty';
  return `${database} knows none of the runs that stand beside it (the newest: ${newest.name} of ${newest.at}): ${is}`;
}

/** What an empty file has taken the place of; undefined where the file is not empty, or nothing is known to be lost. */
export function lostIn(relation: Relation, { current }: Found, hasRows: boolean): Witness | undefined {
  if (relation.kind !== 'none in common' || hasRows || current.length > 0) return undefined;
  const counted = relation.witnesses.find(({ rows }) => rows !== 'not counted');
  return counted === undefined || counted.rows === 'none' || counted.rows === 0 ? undefined : counted;
}

export function describeLost({ name, at, revision, rows }: Witness): string {
  const count = typeof rows === 'number' ? plural(rows, 'row') : 'rows';
  return `${name} of ${at} had ${count}, at ${describeRevisions(revision)}`;
}

function emptied({ layout }: Place, lost: Witness): DrydockError {
  const snapshot = newestWithRows(layout);
  const back =
    snapshot === undefined
      ? 'No snapshot of it has rows: put the file back from a backup of yours'
      : `To go back to the newest snapshot with rows: drydock snapshot restore ${snapshot.manifest.id} --yes`;
  return new DrydockError('HISTORY', {
    what: `${layout.database} is empty, and was not: ${describeLost(lost)}`,
    state: 'Nothing was changed',
    next: `Look whether the right volume is mounted. ${back}; or, to give up what was there: drydock begin-anew`,
  });
}

/** What a restore put aside is better than nothing. */
function newestWithRows(layout: Layout): Snapshot | undefined {
  const hasRows = (snapshot: Snapshot) => visibleProblem(snapshot) === undefined && traceOf(snapshot)?.hasRows === true;
  const { true: aside = [], false: taken = [] } = Object.groupBy(
    snapshotsOf(layout),
    ({ manifest }) => `${manifest.reason === 'replaced'}` as const,
  );
  return taken.findLast(hasRows) ?? aside.findLast(hasRows);
}

/** A folder that the config names may have those of a database that is gone. One beside the file may have been moved with it. */
function snapshotsOf(layout: Layout): readonly Snapshot[] {
  const { database, snapshots } = layout;
  const isOwn = ({ manifest }: Snapshot) => snapshots === snapshotsBeside(database) || manifest.database === database;
  return listSnapshots(layout).filter(isOwn);
}

/** The newest first, back to where the database was begun anew. Of two at one moment the record comes later. */
function* witnessesOf(layout: Layout): Generator<Witness, void, undefined> {
  const begun = begunAnewAt(layout) ?? '';
  const snapshots = snapshotWitnesses(layout);
  let snapshot = snapshots.next();
  for (const record of recordWitnesses(layout)) {
    for (; !snapshot.done && snapshot.value.at > record.at; snapshot = snapshots.next()) {
      if (snapshot.value.at <= begun) return;
      yield snapshot.value;
    }
    if (record.at <= begun) return;
    yield record;
  }
  for (; !snapshot.done; snapshot = snapshots.next()) {
    if (snapshot.value.at > begun) yield snapshot.value;
  }
}

/** What a restore put aside is no witness: it was not wanted. Nor is an empty one, which every first install begins with. */
function* snapshotWitnesses(layout: Layout): Generator<Witness, void, undefined> {
  for (const snapshot of snapshotsOf(layout).toReversed()) {
    const { id, integrity, createdAt, revision, rows } = snapshot.manifest;
    const trace = integrity === 'ok' ? traceOf(snapshot) : undefined;
    if (trace === undefined || (trace.lastRun === null && !trace.hasRows)) continue;
    const { lastRun, hasRows } = trace;
    yield { name: `snapshot ${id}`, at: createdAt, lastRun, rows: rows ?? (hasRows ? 'some' : 'none'), revision };
  }
}

function* recordWitnesses(layout: Layout): Generator<Witness, void, undefined> {
  // What else stands there is in no run's way, see src/run/preflight-checks.ts.
  if (!statSync(layout.runs, { throwIfNoEntry: false })?.isDirectory()) return;
  for (const record of runRecords(layout)) {
    const left = leftBy(record);
    if (left === null) continue;
    const { lastRun, rows } = left;
    const name = `run ${record.runId}`;
    yield { name, at: endedAt(record), lastRun, rows: rows ?? 'not counted', revision: record.to ?? [] };
  }
}
