/** What would bite this database, its volume and its surroundings. It only reads, and takes no lock that a run would meet. */
import type { Config } from '../config/config.ts';
import { DrydockError, type ErrorCode } from '../errors.ts';
import { rollbackJournal, writeAheadLog } from './companions.ts';
import { database, history, pages, revisions } from './content.ts';
import { attempt, type Finding, problem } from './finding.ts';
import { fileSystem, links, mount, ownership, permissions, space } from './ground.ts';
import { lastRun, lock, records } from './runs.ts';
import { snapshots } from './snapshots.ts';
import { lookAt, type Subject } from './subject.ts';
import { users, versions } from './surroundings.ts';

export interface Diagnosis {
  readonly database: string;
  /** What a run with something to do would end with; null where nothing is in its way. */
  readonly refusal: ErrorCode | null;
  readonly findings: readonly Finding[];
}

/** In the order in which a run would meet them. */
const probes: readonly ((subject: Subject) => Finding[])[] = [
  revisions,
  database,
  fileSystem,
  mount,
  permissions,
  ownership,
  links,
  lock,
  lastRun,
  rollbackJournal,
  writeAheadLog,
  history,
  space,
  snapshots,
  records,
  users,
  pages,
  versions,
];

export function diagnose(config: Config): Diagnosis {
  const subject = attempt(() => lookAt(config));
  const findings =
    subject instanceof DrydockError ? [problem('database', subject)] : probes.flatMap((probe) => probe(subject));
  return {
    database: subject instanceof DrydockError ? config.database : subject.layout.database,
    refusal: findings.find(({ level }) => level === 'problem')?.code ?? null,
    findings,
  };
}
