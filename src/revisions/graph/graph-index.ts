/** Looks up the names in a folder of revisions; a duplicate or missing one is an error. */
import { DrydockError } from '../../errors.ts';
import type { Revision } from '../revision.ts';

type ById = ReadonlyMap<string, Revision>;

/** @throws {DrydockError} USAGE if two files have the same id. */
export function indexById(revisions: readonly Revision[]): ById {
  const byId = new Map<string, Revision>();
  for (const revision of revisions) {
    const other = byId.get(revision.id);
    if (other !== undefined) {
      throw new DrydockError('USAGE', {
        what: `Revision '${revision.id}' is present more than once: in ${other.path} and in ${revision.path}`,
        next: 'Give one of the two files another id',
      });
    }
    byId.set(revision.id, revision);
  }
  return byId;
}

/**
 * The revision that declares each branch label.
 * @throws {DrydockError} USAGE if two revisions declare the same label, or a label is also an id: an address would be
 *   ambiguous.
 */
export function indexLabels(revisions: readonly Revision[], byId: ById): ById {
  const byLabel = new Map<string, Revision>();
  for (const revision of revisions) {
    for (const label of revision.branchLabels) {
      const other = byId.get(label) ?? byLabel.get(label);
      if (other !== undefined) {
        const how = other.id === label ? 'is the id of' : 'already used by';
        throw new DrydockError('USAGE', {
          what: `Branch label '${label}' in revision '${revision.id}' (${revision.path}) ${how} revision '${other.id}' (${other.path})`,
          next: 'Give one of the two another name',
        });
      }
      byLabel.set(label, revision);
    }
  }
  return byLabel;
}

/**
 * The ids that each revision depends on. A label stands for the revision that declares it.
 * @throws {DrydockError} USAGE if there is no such revision or label.
 */
export function resolveDependencies(
  revisions: readonly Revision[],
  byId: ById,
  byLabel: ById,
): ReadonlyMap<string, readonly string[]> {
  const resolve = (revision: Revision, name: string): string => {
    const found = byId.get(name) ?? byLabel.get(name);
    if (found !== undefined) return found.id;
    throw new DrydockError('USAGE', {
      what: `${revision.path} depends on '${name}', but no file has that revision or branch label`,
      next: `Put the file of '${name}' back, or correct what '${revision.id}' depends on`,
    });
  };
  return new Map(
    revisions.map((revision) => [revision.id, [...new Set(revision.dependsOn.map((name) => resolve(revision, name)))]]),
  );
}

/**
 * The ids of each revision's children, sorted.
 * @throws {DrydockError} USAGE if a parent has no file.
 */
export function indexChildren(revisions: readonly Revision[], byId: ById): ReadonlyMap<string, readonly string[]> {
  const children = new Map<string, string[]>();
  for (const revision of revisions) {
    for (const parent of revision.revises) {
      if (!byId.has(parent)) {
        throw new DrydockError('USAGE', {
          what: `${revision.path} revises '${parent}', but no file has that revision`,
          next: `Put the file of '${parent}' back, or correct what '${revision.id}' revises`,
        });
      }
      children.set(parent, [...(children.get(parent) ?? []), revision.id].sort());
    }
  }
  return children;
}
