import { DrydockError, type ErrorCode } from '../errors.ts';

/** - notice: a run copes with it, or it will matter later. - problem: a run would be refused. */
export type Level = 'ok' | 'notice' | 'problem';

/** What was checked, in the words of the report. */
export type ProbeName =
  | 'database'
  | 'file system'
  | 'mount'
  | 'permissions'
  | 'ownership'
  | 'links'
  | 'journal'
  | 'WAL'
  | 'extensions'
  | 'lock'
  | 'last run'
  | 'revisions'
  | 'history'
  | 'space'
  | 'snapshots'
  | 'records'
  | 'users'
  | 'pages'
  | 'versions';

export interface DoctorFinding {
  readonly probe: ProbeName;
  readonly level: Level;
  /** One sentence, without a full stop. */
  readonly message: string;
  /** What to do about it; null if there is nothing to do. */
  readonly next: string | null;
  /** The error that a run would end with; null unless it is a problem. */
  readonly code: ErrorCode | null;
}

export function ok(probe: ProbeName, message: string): DoctorFinding {
  return { probe, level: 'ok', message, next: null, code: null };
}

export function notice(probe: ProbeName, message: string, next: string): DoctorFinding {
  return { probe, level: 'notice', message, next, code: null };
}

/** Something that would end a run, in the words of the run's own error. */
export function problem(probe: ProbeName, { what, next, code }: DrydockError): DoctorFinding {
  return { probe, level: 'problem', message: what, next: next ?? null, code };
}

/** Returns a DrydockError instead of throwing it. @throws every other error. */
export function attempt<T>(work: () => T): T | DrydockError {
  try {
    return work();
  } catch (error) {
    if (error instanceof DrydockError) return error;
    throw error;
  }
}
