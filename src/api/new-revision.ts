/** Creates new revision files. */
import type { Config } from '../config/config.ts';
import type { RevisionGraph } from '../revisions/graph/graph.ts';
import { loadGraph } from '../revisions/load-graph.ts';
import { nextId } from '../revisions/new/next-id.ts';
import { dependenciesFor, parentsFor, parentsForMerge } from '../revisions/new/parents.ts';
import type { NewRevision } from '../revisions/new/template.ts';
import { type Written, writeRevision } from '../revisions/new/write-revision.ts';
import { describeEntry, type RevisionEntry } from './revision-data.ts';

export interface RevisionRequest {
  /** What it does, in one line. */
  readonly message: string;
  /** The next id, if left out. */
  readonly id?: string | undefined;
  /** The revision before it; if left out, the only head. */
  readonly head?: string | undefined;
  /** `splice` allows a parent that others already revise, which makes a branch. */
  readonly parents?: 'heads only' | 'splice';
  readonly dependsOn?: readonly string[] | undefined;
  readonly branchLabels?: readonly string[] | undefined;
}

export interface MergeRequest extends Pick<RevisionRequest, 'id' | 'branchLabels'> {
  readonly message?: string | undefined;
}

/** @throws {DrydockError} USAGE if the request does not fit the graph. */
export function newRevision(graph: RevisionGraph, request: RevisionRequest): Omit<NewRevision, 'kind'> {
  const { message, id, head, parents = 'heads only', dependsOn = [], branchLabels = [] } = request;
  return {
    id: id ?? idAfter(graph),
    revises: parentsFor(graph, head, parents),
    dependsOn: dependenciesFor(graph, dependsOn),
    branchLabels,
    message,
  };
}

/**
 * Writes the file of a new, empty revision.
 * @throws {DrydockError} USAGE if it does not fit the existing revisions.
 * @example
 * const { path } = await createRevision(config, { message: 'add cities', kind: 'ts' });
 * console.log(path);
 */
export async function createRevision(
  config: Config,
  request: RevisionRequest & { readonly kind?: 'sql' | 'ts' },
): Promise<RevisionEntry> {
  const graph = loadGraph(config.migrations);
  const { kind = 'sql' } = request;
  return entryOf(writeRevision(config.migrations, graph, { ...newRevision(graph, request), kind }));
}

/**
 * Writes a revision that joins several heads.
 * @param addresses `heads`, or at least two addresses.
 * @throws {DrydockError} USAGE if they are not at least two different heads.
 * @example
 * const { id, revises } = await mergeRevisions(config, ['heads'], { message: 'merge both branches' });
 * console.log(id, revises);
 */
export async function mergeRevisions(
  config: Config,
  addresses: readonly string[],
  request: MergeRequest = {},
): Promise<RevisionEntry> {
  const graph = loadGraph(config.migrations);
  const revises = parentsForMerge(graph, addresses);
  const written = writeRevision(config.migrations, graph, {
    id: request.id ?? idAfter(graph),
    revises,
    dependsOn: [],
    branchLabels: request.branchLabels ?? [],
    message: request.message ?? `merge ${revises.join(' and ')}`,
    kind: 'sql',
  });
  return entryOf(written);
}

function entryOf({ graph, revision }: Written): RevisionEntry {
  return describeEntry(graph, revision);
}

function idAfter(graph: RevisionGraph): string {
  return nextId(graph.revisions.map(({ id }) => id));
}
