/**
 * Whether the file is still the database of the earlier runs. Their snapshots and records name runs, and the history in
 * the file either has those runs or not.
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

/** One piece of evidence of what the database was. */
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

/** What the file says about itself. */
export interface Found {
  readonly current: readonly string[];
  readonly history: readonly Pick<HistoryRow, 'runId'>[];
}

export type Relation =
  /** The file continues what is known, or nothing is known. */
  | { readonly kind: 'same' }
  /** It has an older run, but not the newest one. */
  | { readonly kind: 'older'; readonly newest: Witness }
  /** It has none of the runs, or none is known. */
  | { readonly kind: 'none in common'; readonly witnesses: readonly Witness[] };

/**
 * As {@link judgeRelation}, for commands that only read.
 * @param rows By table.
 */
export function judgeLife(place: Place, found: Found, rows: Readonly<Record<string, number>>): string | undefined {
  const hasRows = hasUsersRows(rows, place.config.ignoreTables);
  return looking(() => judgeRelation(place, relationTo(place, found), found, hasRows));
}

/** How the file relates to what is known of the database. Reads no more of the files beside it than it must. */
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
 * @param hasRows Whether any table of the user's has a row.
 * @returns A warning, if there is one to give.
 * @throws {DrydockError} HISTORY if the file is empty and the database, as far as it is known, was not.
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
  // A database without a run cannot be told apart from another one.
  if (newest === undefined || newest.lastRun === null) return undefined;
  const is = hasRows || found.current.length > 0 ? 'another database was put in its place' : 'it was made anew, empty';
  return `${database} knows none of the runs that stand beside it (the newest: ${newest.name} of ${newest.at}): ${is}`;
}

/** What an empty file has replaced; undefined if the file is not empty, or nothing is known to be lost. */
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
      : `To go back to the newest snapshot with rows: \`drydock snapshot restore ${snapshot.manifest.id} --yes\``;
  return new DrydockError('HISTORY', {
    what: `${layout.database} is empty, and was not: ${describeLost(lost)}`,
    state: 'Nothing was changed',
    next: `Look whether the right volume is mounted. ${back}; or, to give up what was there: \`drydock begin-anew\``,
  });
}

/** A state that a restore set aside is better than nothing. */
function newestWithRows(layout: Layout): Snapshot | undefined {
  const hasRows = (snapshot: Snapshot) => visibleProblem(snapshot) === undefined && traceOf(snapshot)?.hasRows === true;
  const { true: aside = [], false: taken = [] } = Object.groupBy(
    snapshotsOf(layout),
    ({ manifest }) => `${manifest.reason === 'replaced'}` as const,
  );
  return taken.findLast(hasRows) ?? aside.findLast(hasRows);
}

/**
 * A folder named in the config may hold the snapshots of a removed database. One beside the file may have been moved
 * with it.
 */
function snapshotsOf(layout: Layout): readonly Snapshot[] {
  const { database, snapshots } = layout;
  const isOwn = ({ manifest }: Snapshot) => snapshots === snapshotsBeside(database) || manifest.database === database;
  return listSnapshots(layout).filter(isOwn);
}

/** Newest first, back to where the database was begun anew. If two have the same time, the record counts as newer. */
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

/** A state that a restore set aside is no evidence: it was not wanted. Nor is an empty one: every first install has it. */
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
  // Anything else there does not hinder a run, see src/run/preflight-checks.ts.
  if (!statSync(layout.runs, { throwIfNoEntry: false })?.isDirectory()) return;
  for (const record of runRecords(layout)) {
    const left = leftBy(record);
    if (left === null) continue;
    const { lastRun, rows } = left;
    const name = `run ${record.runId}`;
    yield { name, at: endedAt(record), lastRun, rows: rows ?? 'not counted', revision: record.to ?? [] };
  }
}
