import { DrydockError, type ErrorCode } from '../errors.ts';

/** - notice: a run copes with it, or it bites later. - problem: a run would be refused. */
export type Level = 'ok' | 'notice' | 'problem';

/** What was looked at, in the words of the report. */
export type ProbeName =
  | 'database'
  | 'file system'
  | 'mount'
  | 'permissions'
  | 'ownership'
  | 'links'
  | 'journal'
  | 'WAL'
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

export interface Finding {
  readonly probe: ProbeName;
  readonly level: Level;
  /** One sentence, without a full stop. */
  readonly message: string;
  /** What to do about it; null where there is nothing to do. */
  readonly next: string | null;
  /** What a run would end with; null but for a problem. */
  readonly code: ErrorCode | null;
}

export function ok(probe: ProbeName, message: string): Finding {
  return { probe, level: 'ok', message, next: null, code: null };
}

export function notice(probe: ProbeName, message: string, next: string): Finding {
  return { probe, level: 'notice', message, next, code: null };
}

/** What would end a run, as the run would say it. */
export function problem(probe: ProbeName, { what, next, code }: DrydockError): Finding {
  return { probe, level: 'problem', message: what, next: next ?? null, code };
}

/** @throws what is not a DrydockError. */
export function attempt<T>(work: () => T): T | DrydockError {
  try {
    return work();
  } catch (error) {
    if (error instanceof DrydockError) return error;
    throw error;
  }
}
