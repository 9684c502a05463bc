/** What surrounds a run: its observer, and what ends it early. */
import type { Config } from '../config/config.ts';
import { maxTimerMs } from '../config/quantities.ts';
import { DrydockError } from '../errors.ts';
import type { Observer } from '../events.ts';
import { Stop } from '../stop.ts';
import type { Consent } from './consent.ts';
import { requireClosedHere, requireNoRoot, withoutConsequences } from './in-program.ts';

/** Entered only if there is something to run. */
export type Session = <T>(work: (observer: Observer, stop: AbortSignal) => Promise<T>) => Promise<T>;

export interface SessionOptions {
  /** Receives phases, waits, progress, checks and warnings as they happen. */
  readonly observer?: Observer;
  /**
   * Aborting it stops the run and rolls it back, within about a second; a commit or a restore is finished first. The
   * run then fails with STOPPED.
   */
  readonly signal?: AbortSignal;
  /** @internal */
  readonly host?: Host;
}

/** @internal What the daemon gives each run. */
export type Heard = Required<Pick<SessionOptions, 'observer' | 'signal'>>;

/** @internal What the command supplies instead of an observer and a signal. */
export interface Host {
  readonly session: Session;
  /** Consent to losing data, if it was not given beforehand. */
  consent(): Consent;
}

/** What revisions find in `op.arguments`. */
export interface RevisionArguments {
  readonly arguments?: Readonly<Record<string, string>>;
  /** @internal Receives what revisions print while they are replayed. */
  readonly observer?: Observer;
}

/** @internal */
export function argumentsOf({ arguments: given }: RevisionArguments): Pick<RevisionArguments, 'arguments'> {
  return given === undefined ? {} : { arguments: given };
}

/**
 * @internal @throws {DrydockError} if the calling program has the database open, or is root in the folder of another
 *   user.
 */
export function sessionFor(config: Config, { host, observer, signal }: SessionOptions): Session {
  if (host !== undefined) return host.session;
  requireClosedHere(config);
  requireNoRoot(config);
  const heard = observer && config.ownProcess === undefined ? withoutConsequences(observer) : observer;
  return openSession(config, { ...(heard && { observer: heard }), ...(signal && { signal }) });
}

/** @internal */
export function consentOf({ dataLoss, host }: SessionOptions & { readonly dataLoss?: 'accepted' }): Consent {
  return dataLoss === 'accepted' ? { kind: 'given' } : (host?.consent() ?? { kind: 'none' });
}

/**
 * A session that also ends at the deadline of the config.
 * @throws {DrydockError} USAGE if no timer can have that deadline: a program may have set it.
 */
export function openSession({ deadlineMs }: Config, { observer = ignore, signal }: SessionOptions): Session {
  if (deadlineMs !== undefined && !(deadlineMs >= 1 && deadlineMs <= maxTimerMs)) {
    throw new DrydockError('USAGE', {
      what: `deadlineMs is ${deadlineMs}, which is not between 1 and ${maxTimerMs} (24 days)`,
      state: 'Nothing was changed',
      next: 'Give another one, or leave it out for none',
    });
  }
  return async (work) => {
    const controller = new AbortController();
    const stop = () => controller.abort(reasonOf(signal));
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted) stop();
    const deadline =
      deadlineMs === undefined
        ? undefined
        : setTimeout(() => controller.abort(new Stop(`its deadline of ${deadlineMs} ms`)), deadlineMs);
    try {
      return await work(observer, controller.signal);
    } finally {
      clearTimeout(deadline);
      signal?.removeEventListener('abort', stop);
    }
  };
}

export function ignore(): void {
  // The caller gave no observer, so it wants no events.
}

function reasonOf(signal: AbortSignal | undefined): Stop {
  const reason: unknown = signal?.reason;
  return reason instanceof Stop ? reason : new Stop('the program that started it', { cause: reason });
}
