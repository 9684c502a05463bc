/** The verbs that show revisions: each as plain values, and in the form that printing needs. */
import type { Config } from '../config/config.ts';
import { DrydockError } from '../errors.ts';
import { layoutFor } from '../files/layout.ts';
import { resolveRevision, startsFromCurrent } from '../revisions/graph/address.ts';
import type { RevisionGraph } from '../revisions/graph/graph.ts';
import { loadGraph } from '../revisions/load-graph.ts';
import { readAppliedFrom } from '../revisions/read-state.ts';
import type { Revision } from '../revisions/revision.ts';
import { requireClosedHere } from './in-program.ts';
import { describeEntry, type RevisionEntry } from './revision-data.ts';

export interface FoundRevisions {
  readonly graph: RevisionGraph;
  readonly revisions: readonly Revision[];
}

export function entriesOf({ graph, revisions }: FoundRevisions): RevisionEntry[] {
  return revisions.map((revision) => describeEntry(graph, revision));
}

/**
 * What an address names: one revision, or `heads`.
 * @throws {DrydockError} USAGE if it names none.
 * @example
 * const [revision] = await show(config, 'head');
 * console.log(revision?.message, revision?.path);
 */
export async function show(config: Config, address: string): Promise<readonly RevisionEntry[]> {
  return entriesOf(namedRevisions(config, address));
}

/**
 * The revisions that no other revision revises. Reads the files only.
 * @throws {DrydockError} USAGE
 * @example
 * const ids = (await heads(config)).map(({ id }) => id);
 * console.log(ids);
 */
export async function heads(config: Config): Promise<readonly RevisionEntry[]> {
  return entriesOf(headRevisions(config, 'heads'));
}

/**
 * The revisions that several others revise, newest first. Reads the files only.
 * @throws {DrydockError} USAGE
 * @example
 * for (const { id, children } of await branches(config)) console.log(id, children);
 */
export async function branches(config: Config): Promise<readonly RevisionEntry[]> {
  return entriesOf(branchPoints(config));
}

export interface NamedRevisions extends FoundRevisions {
  /** The database's current revisions, if the address refers to them; else empty. */
  readonly current: readonly string[];
}

/**
 * The revisions that an address names. Needs the database only if the address is relative to it.
 * @param graph The revisions of the config, if already loaded.
 * @throws {DrydockError} USAGE if it names none.
 */
export function namedRevisions(config: Config, address: string, graph = loadGraph(config.migrations)): NamedRevisions {
  const current = startsFromCurrent(address) ? currentHere(config) : [];
  const revisions = resolveRevision(graph, address, current).flatMap((id) => graph.get(id) ?? []);
  if (revisions.length > 0) return { graph, revisions, current };
  throw new DrydockError('USAGE', { what: `'${address}' names no revision`, next: 'See `drydock history`' });
}

function currentHere(config: Config): readonly string[] {
  requireClosedHere(config);
  return readAppliedFrom(layoutFor(config).database).current;
}

/** @param which `tips`: without the heads that another revision depends on. */
export function headRevisions({ migrations }: Config, which: 'heads' | 'tips'): FoundRevisions {
  const graph = loadGraph(migrations);
  return { graph, revisions: graph[which].flatMap((id) => graph.get(id) ?? []) };
}

export function branchPoints({ migrations }: Config): FoundRevisions {
  const graph = loadGraph(migrations);
  const revisions = graph.revisions.toReversed().filter(({ id }) => graph.children(id).length > 1);
  return { graph, revisions };
}
