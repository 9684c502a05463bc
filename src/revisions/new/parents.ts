/** Resolves what a new revision revises and depends on. */

import { DrydockError } from '../../errors.ts';
import { shellWords } from '../../files/shell-word.ts';
import { resolveRevision } from '../graph/address.ts';
import type { RevisionGraph } from '../graph/graph.ts';

/** Whether a revision that already has children may get another one, which starts a branch. */
export type ParentRule = 'heads only' | 'splice';

/**
 * @param head An address; by default the only head.
 * @throws {DrydockError} USAGE if there are several heads and none is named, or the named one is not a head.
 */
export function parentsFor(graph: RevisionGraph, head: string | undefined, rule: ParentRule): readonly string[] {
  if (head === undefined && graph.heads.length > 1) {
    throw new DrydockError('USAGE', {
      what: `Multiple heads are present: ${graph.heads.join(', ')}`,
      next: `Name the one that the new revision revises, such as --head ${shellWords(graph.heads.slice(0, 1))}, or join them: \`drydock merge ${shellWords(graph.heads)} -m "merge"\``,
    });
  }
  // All heads, including those that other branches depend on: nothing revises them either.
  const parents = head === 'heads' ? graph.heads : resolveRevision(graph, head ?? 'head', []);
  if (rule === 'heads only') {
    const next = 'Name a head (`drydock heads`), or specify --splice to create a new branch from this revision';
    requireHeads(graph, parents, next);
  }
  return parents;
}

/**
 * @param addresses At least one.
 * @throws {DrydockError} USAGE unless they are at least two different heads.
 */
export function parentsForMerge(graph: RevisionGraph, addresses: readonly string[]): readonly string[] {
  const parents = addresses.flatMap((address) =>
    address === 'heads' ? graph.heads : resolveRevision(graph, address, []),
  );
  const twice = parents.find((id, index) => parents.indexOf(id) !== index);
  if (twice !== undefined) {
    throw new DrydockError('USAGE', { what: `Revision ${twice} cannot be merged with itself`, next: 'Name it once' });
  }
  if (parents.length < 2) {
    const heads = graph.heads.length === 0 ? 'there are no revisions' : `the heads are ${graph.heads.join(', ')}`;
    throw new DrydockError('USAGE', {
      what: `'${addresses.join(' ')}' is ${parents.length === 0 ? 'no revision' : `one revision, ${parents[0]}`}: there is nothing to merge; ${heads}`,
      next: 'Name two heads, or `heads` if there are several',
    });
  }
  requireHeads(graph, parents, 'Name heads (`drydock heads`)');
  return parents;
}

/**
 * Dependencies as a header states them: a label stays a label, any other address becomes an id.
 * @throws {DrydockError} USAGE
 */
export function dependenciesFor(graph: RevisionGraph, addresses: readonly string[]): readonly string[] {
  const names = addresses.map((address) => {
    if (graph.labelled(address) !== undefined) return address;
    const [found, ...others] = resolveRevision(graph, address, []);
    if (found !== undefined && others.length === 0) return found;
    throw new DrydockError('USAGE', {
      what: `'${address}' is not one revision that another can depend on`,
      next: 'Give --depends-on an id or a branch label',
    });
  });
  return [...new Set(names)];
}

function requireHeads(graph: RevisionGraph, parents: readonly string[], next: string): void {
  const taken = parents.find((id) => graph.children(id).length > 0);
  if (taken === undefined) return;
  throw new DrydockError('USAGE', {
    what: `Revision ${taken} is not a head revision: it is already revised by ${graph.children(taken).join(', ')}`,
    next,
  });
}
