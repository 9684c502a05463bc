/** Finds what would make a run fail here: database, volume, environment. Only reads, and takes no lock that blocks a run. */
import type { Config } from '../config/config.ts';
import { codeOf, DrydockError, type ErrorCode, messageOf } from '../errors.ts';
import { nextWhereUnseen } from '../files/access.ts';
import { troubleOf } from '../system-errors.ts';
import { database, history, pages, revisions } from './content.ts';
import { attempt, type DoctorFinding, notice, type ProbeName, problem } from './finding.ts';
import { users, versions } from './other-processes.ts';
import { otherSqlite } from './other-sqlite.ts';
import { lastRun, lock, records } from './run-probes.ts';
import { snapshots } from './snapshot-probe.ts';
import { type DoctorSubject, lookAt } from './subject.ts';
import { fileSystem, links, mount, ownership, permissions, space } from './volume-checks.ts';
import { rollbackJournal, writeAheadLog } from './wal-and-journal.ts';

export interface Diagnosis {
  readonly database: string;
  /** The error that a run with pending work would end with; null if nothing prevents it. */
  readonly refusal: ErrorCode | null;
  readonly findings: readonly DoctorFinding[];
}

type Probe = readonly [name: ProbeName, look: (subject: DoctorSubject) => readonly DoctorFinding[]];

/** In the order in which a run would encounter them, up to what `sqlite_extensions` names. */
const ofGround: readonly Probe[] = [
  ['revisions', revisions],
  ['database', database],
  ['file system', fileSystem],
  ['mount', mount],
  ['permissions', permissions],
  ['ownership', ownership],
  ['links', links],
];

/** What comes behind that. */
const ofRun: readonly Probe[] = [
  ['lock', lock],
  ['last run', lastRun],
  ['journal', rollbackJournal],
  ['WAL', writeAheadLog],
  ['history', history],
  ['space', space],
  ['snapshots', snapshots],
  ['records', records],
  ['users', users],
  ['pages', pages],
  ['versions', versions],
  ['versions', otherSqlite],
];

/**
 * Problems of the database, its files and permissions are findings; only a bug in Drydock throws.
 * @param ofExtensions What loading them showed.
 */
export function diagnose(config: Config, ofExtensions: readonly DoctorFinding[] = []): Diagnosis {
  const subject = attempt(() => lookAt(config));
  const findings =
    subject instanceof DrydockError
      ? [problem('database', subject)]
      : [...ofGround, ['extensions', () => ofExtensions] as const, ...ofRun].flatMap(([name, look]) =>
          orUnseen(name, () => look(subject)),
        );
  return {
    database: subject instanceof DrydockError ? config.database : subject.layout.database,
    refusal: findings.find(({ level }) => level === 'problem')?.code ?? null,
    findings,
  };
}

const asOwner = 'Run doctor as the owner of the database';

/** A probe that cannot look does not hide other findings. Only a notice: `permissions` and `database` know if a run fails. */
function orUnseen(name: ProbeName, look: () => readonly DoctorFinding[]): readonly DoctorFinding[] {
  try {
    return look();
  } catch (error) {
    const next = troubleOf(codeOf(error)) === 'permission' ? asOwner : nextWhereUnseen(error);
    if (next === undefined) throw error;
    return [notice(name, `this cannot be checked: ${messageOf(error)}`, next)];
  }
}
