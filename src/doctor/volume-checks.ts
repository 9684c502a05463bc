/** The volume that the database is on. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { companionsOf } from '../files/place.ts';
import { shellWords } from '../files/shell-word.ts';
import { describeFirst } from '../format.ts';
import { copiesOf, planRun } from '../run/plan.ts';
import { estimateSpace } from '../run/preflight.ts';
import {
  accessProblems,
  describeSpace,
  linksProblem,
  mountProblem,
  networkProblem,
  snapshotsProblem,
  spaceProblem,
} from '../run/preflight-checks.ts';
import { attempt, type DoctorFinding, notice, ok, problem } from './finding.ts';
import type { DoctorSubject } from './subject.ts';

export function fileSystem({ layout, config }: DoctorSubject): DoctorFinding[] {
  const found = networkProblem(layout, config.allowNetworkFilesystem);
  if (found === undefined) return [ok('file system', `${layout.directory} is on a local file system`)];
  if (found instanceof Error) return [problem('file system', found)];
  return [notice('file system', found.warning, 'Make sure that its locks reach every machine that has it mounted')];
}

export function mount({ layout }: DoctorSubject): DoctorFinding[] {
  const found = mountProblem(layout);
  return [found === undefined ? ok('mount', 'the directory is mounted, not the file alone') : problem('mount', found)];
}

export function permissions({ layout }: DoctorSubject): DoctorFinding[] {
  const found = [...accessProblems(layout), ...[snapshotsProblem(layout) ?? []].flat()];
  if (found.length > 0) return found.map((each) => problem('permissions', each));
  return [
    ok(
      'permissions',
      `uid ${process.getuid?.()} can read and write the directory, the database and the files beside it`,
    ),
  ];
}

/** The owner of the database may be unable to use files that root once created. */
export function ownership({ layout, stats }: DoctorSubject): DoctorFinding[] {
  const { work, snapshots, visibleLock, database, runs } = layout;
  const folders = [work, runs, snapshots].filter((path) => existsSync(path));
  const files = folders.flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));
  const isOthers = (path: string) => {
    const found = statSync(path, { throwIfNoEntry: false });
    return found !== undefined && BigInt(found.uid) !== stats.uid;
  };
  const single = [...companionsOf(database), visibleLock];
  const others = [...single, ...folders, ...files].filter(isOthers);
  if (others.length === 0) return [ok('ownership', `all of it belongs to uid ${stats.uid}, as the database does`)];
  return [
    notice(
      'ownership',
      `${describeFirst(others, 1)} belongs to another user than the database, whose owner (uid ${stats.uid}) may not be able to use it`,
      `Give it to that user, and run everything that uses the database as one user: \`chown -R ${stats.uid}:${stats.gid} ${shellWords([...folders, ...single.filter(isOthers)])}\``,
    ),
  ];
}

export function links({ layout, stats }: DoctorSubject): DoctorFinding[] {
  const found = linksProblem(layout, stats);
  if (found === undefined) return [ok('links', `${layout.database} is the only name of the file`)];
  return [notice('links', found.what, found.next)];
}

export function space({ layout, graph, content }: DoctorSubject): DoctorFinding[] {
  const plan =
    graph instanceof Error || content instanceof Error
      ? undefined
      : attempt(() => planRun(graph, content.applied, { verb: 'upgrade', target: 'head' }));
  const copies = plan === undefined || plan instanceof Error ? { all: 2, snapshots: 1 } : copiesOf(plan);
  const estimate = estimateSpace(layout, copies);
  const found = spaceProblem(layout, estimate);
  if (found !== undefined) return [problem('space', found)];
  return [ok('space', describeSpace(estimate))];
}
