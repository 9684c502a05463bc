import { describeBytes } from '../format.ts';
import { readCatalog } from '../snapshots/catalog.ts';
import { visibleProblem } from '../snapshots/problem.ts';
import { type DoctorFinding, notice, ok } from './finding.ts';
import type { DoctorSubject } from './subject.ts';

export function snapshots({ layout }: DoctorSubject): DoctorFinding[] {
  const { snapshots: usable, unusable } = readCatalog(layout);
  const damaged = unusable.map(({ path, error }) =>
    notice(
      'snapshots',
      `${path} cannot be used: ${error.what}`,
      'Put its manifest back, or move the snapshot out of the folder: retention never removes it',
    ),
  );
  const changed = usable.flatMap((snapshot) => {
    const problem = visibleProblem(snapshot);
    if (problem === undefined) return [];
    const next = 'Put the snapshot back as it was, or move it out of the folder: retention never removes it';
    return notice('snapshots', `${snapshot.path} ${problem.what}`, next);
  });
  const newest = usable.findLast(({ manifest }) => manifest.integrity === 'ok')?.manifest;
  if (newest === undefined)
    return [...damaged, ...changed, ok('snapshots', 'there is none yet; each run that changes something takes one')];
  const bytes = usable.reduce((sum, { manifest }) => sum + manifest.bytes, 0);
  const all = `${usable.length} with ${describeBytes(bytes)}, the newest of ${newest.createdAt}`;
  return [
    ...damaged,
    ...changed,
    ok('snapshots', `${all}; \`drydock snapshot verify latest\` proves that it is sound`),
  ];
}
