import { DrydockError } from '../../errors.ts';
import { shellWords } from '../../files/shell-word.ts';
import { branchHeads, branchOf } from './branches.ts';
import { type RevisionGraph, requireKnown } from './graph.ts';
import { ambiguous, backwards, forwards, lastUndone, startsForwards } from './relative.ts';

/** A parsed address: `LABEL@REV+2`. */
export interface Address {
  /** As written. */
  readonly text: string;
  readonly branch: Branch | undefined;
  /** The part before the sign; '' means the current revisions. */
  readonly name: string;
  readonly offset: { readonly sign: '+' | '-'; readonly count: number } | undefined;
}

/** The part before the `@`: a branch label, or a revision, which then means its branch. */
export interface Branch {
  /** As written. */
  readonly text: string;
  /** Id of the revision that declares the label, or that is named. */
  readonly anchor: string;
  /** Ids of everything before and after the anchor along `revises`. */
  readonly members: ReadonlySet<string>;
}

/**
 * Resolves an address in Alembic's forms: `head`, `heads`, `base`, `current`, an id, a unique prefix of one, a branch label
 * (the revision that declares it), `+N` and `-N` from the current revisions, `REV+N`, `REV-N`; each of them also on one
 * branch, as `LABEL@head`, `LABEL@heads`, `LABEL@base`, `LABEL@REV`, `LABEL@+N`, `LABEL@-N`, `LABEL@REV+N`.
 * @param current The ids in the database's `alembic_version` table.
 * @returns Ids of the heads of a database at that address: none for `base`, several for a state on several branches.
 * @throws {DrydockError} USAGE for an address that names nothing, or more than one thing; HISTORY if the address starts from
 *   the current revisions and one has no file.
 */
export function resolveRevision(graph: RevisionGraph, text: string, current: readonly string[]): readonly string[] {
  return resolveAddress(graph, parseAddress(graph, text), current);
}

/** Parses an address, and looks up its branch. */
export function parseAddress(graph: RevisionGraph, text: string): Address {
  const [, branch, name, sign, count] = /^(?:([^@]*)@)?([^@+-]*)(?:([+-])(\d+))?$/.exec(text) ?? [];
  if (name === undefined) throw notLocated(graph, text);
  return {
    text,
    branch: branch === undefined ? undefined : findBranch(graph, branch),
    name,
    offset: sign === '+' || sign === '-' ? { sign, count: Number(count) } : undefined,
  };
}

/** Whether the meaning of an address depends on the state of the database. */
export function startsFromCurrent(text: string): boolean {
  return /^(?:[^@]*@)?(?:current(?=[+-]|$)|[+-])/.test(text);
}

/** Like {@link resolveRevision}, for a parsed address. */
export function resolveAddress(graph: RevisionGraph, address: Address, current: readonly string[]): readonly string[] {
  const { name, offset, branch, text } = address;
  if (offset === undefined) return resolveName(graph, address, current);
  if (name === '') return fromCurrent(graph, address, offset, current);
  const starts = resolveName(graph, address, current);
  if (starts.length > 1) throw ambiguous(text, `'${name}' is more than one revision`, starts);
  const walk = offset.sign === '+' ? forwards : backwards;
  const end = walk(graph, { text, branch, count: offset.count }, starts[0]);
  return end === undefined ? [] : [end];
}

function fromCurrent(
  graph: RevisionGraph,
  { text, branch }: Address,
  { sign, count }: { readonly sign: '+' | '-'; readonly count: number },
  current: readonly string[],
): readonly string[] {
  requireKnown(graph, current);
  if (count === 0) return currentOn(graph, branch, current);
  if (sign === '+') {
    const end = forwards(graph, { text, branch, count }, startsForwards(graph, { text, branch, count }, current));
    return end === undefined ? [] : [end];
  }
  // One step back from a merge is the state at all of its parents.
  return [...graph.parents(lastUndone(graph, { text, branch, count }, current))].sort();
}

function resolveName(graph: RevisionGraph, { text, name, branch }: Address, current: readonly string[]) {
  if (name === 'base') return [];
  if (name === 'heads') return branch === undefined ? graph.tips : onBranch(graph.heads, branch);
  if (name === 'head') return onlyHead(onBranch(graph.heads, branch), branch);
  if (name === 'current') {
    requireKnown(graph, current);
    return currentOn(graph, branch, current);
  }
  const id = graph.labelled(name) ?? byIdOrPrefix(graph, name, text, branch);
  if (branch === undefined || branch.members.has(id)) return [id];
  throw new DrydockError('USAGE', {
    what: `Revision ${id} is not a member of branch '${branch.text}'`,
    next: 'See the branches with `drydock history` and `drydock branches`',
  });
}

/** A branch that another one depends on has no row of its own. */
function currentOn(graph: RevisionGraph, branch: Branch | undefined, current: readonly string[]): readonly string[] {
  const rows = onBranch([...current].sort(), branch);
  return rows.length > 0 ? rows : onBranch(branchHeads(graph, graph.ancestors(current)), branch);
}

function onBranch(ids: readonly string[], branch: Branch | undefined): readonly string[] {
  return branch === undefined ? ids : ids.filter((id) => branch.members.has(id));
}

function onlyHead(heads: readonly string[], branch: Branch | undefined): readonly string[] {
  if (heads.length <= 1) return heads;
  const argument = branch === undefined ? 'head' : `${branch.text}@head`;
  throw new DrydockError('USAGE', {
    what: `Multiple head revisions are present for given argument '${argument}': ${heads.join(', ')}`,
    next: `Name one of them, or all with \`heads\`, or join them: \`drydock merge ${shellWords(heads)} -m "merge"\``,
  });
}

function findBranch(graph: RevisionGraph, text: string): Branch {
  const anchor = graph.labelled(text) ?? graph.get(text)?.id ?? onlyPrefixed(graph, text);
  if (anchor !== undefined) return { text, anchor, members: branchOf(graph, anchor) };
  throw new DrydockError('USAGE', {
    what: `No such branch: '${text}'`,
    next: 'Name a branch label or a revision before the @; see `drydock history`',
  });
}

function byIdOrPrefix(graph: RevisionGraph, name: string, text: string, branch: Branch | undefined): string {
  if (graph.get(name) !== undefined) return name;
  const candidates = onBranch(prefixed(graph, name), branch);
  const [found, ...others] = candidates;
  if (found !== undefined && others.length === 0) return found;
  if (found === undefined) throw notLocated(graph, text);
  throw new DrydockError('USAGE', {
    what: `Multiple revisions start with '${name}': ${candidates.join(', ')}`,
    next: 'Write more of the id',
  });
}

function prefixed(graph: RevisionGraph, name: string): readonly string[] {
  const ids = graph.revisions.map(({ id }) => id);
  return ids.filter((id) => name !== '' && id.startsWith(name)).sort();
}

function onlyPrefixed(graph: RevisionGraph, name: string): string | undefined {
  const [found, ...others] = prefixed(graph, name);
  return others.length === 0 ? found : undefined;
}

function notLocated(graph: RevisionGraph, text: string): DrydockError {
  const heads = graph.heads.length === 0 ? 'there are no revisions' : `the heads are ${graph.heads.join(', ')}`;
  return new DrydockError('USAGE', {
    what: `Can't locate revision identified by '${text}'; ${heads}`,
    next: 'See the known revisions with `drydock history`',
  });
}
