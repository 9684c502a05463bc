/** Consent to losing data: asked for before a run, while nothing is locked. */
import { DrydockError } from '../errors.ts';
import type { Observer } from '../events.ts';
import { describeLosses, type Forecast } from '../plan/loss.ts';

/** `ask` shows a statement, and what is kept anyway, to a person and waits for the answer or the signal. */
export type Consent =
  | { readonly kind: 'given' }
  | { readonly kind: 'none' }
  | { readonly kind: 'ask'; ask(statement: string, kept: string, stop: AbortSignal): Promise<'yes' | 'no'> };

export interface Question {
  readonly verb: 'upgrade' | 'downgrade';
  readonly database: string;
  readonly forecast: Forecast;
}

/**
 * Reports what would be lost. The author of an upgrade dropped it on purpose, so an upgrade goes on. A downgrade
 * removes what may have been filled with data since, and needs consent.
 *
 * @throws {DrydockError} USAGE if a downgrade has no consent.
 */
export async function requireConsent(
  { verb, database, forecast }: Question,
  consent: Consent,
  observer: Observer,
  stop: AbortSignal,
): Promise<void> {
  const statement = statementOf({ verb, database, forecast });
  if (statement === undefined) return;
  if (verb !== 'downgrade') {
    if (forecast.kind === 'known') observer({ kind: 'warning', message: statement });
    return;
  }
  await requireYes(statement, consent, observer, stop);
}

/** @throws {DrydockError} USAGE if the answer is not yes. */
export async function requireYes(
  statement: string,
  consent: Consent,
  observer: Observer,
  stop: AbortSignal,
): Promise<void> {
  const kept = 'The snapshot that is taken first keeps it.';
  const answer = consent.kind === 'ask' ? await consent.ask(statement, kept, stop) : consent.kind;
  // If it was stopped, the run reports that, with the cause.
  if (stop.aborted) return;
  if (answer === 'yes' || answer === 'given') {
    observer({ kind: 'warning', message: statement });
    return;
  }
  throw new DrydockError('USAGE', {
    what: statement,
    state: 'Nothing was changed',
    next: "To continue anyway, pass --yes (in a program dataLoss: 'accepted'); the run takes a snapshot first, which keeps all of it",
  });
}

function statementOf({ verb, database, forecast }: Question): string | undefined {
  if (forecast.kind === 'unknown') {
    return `Cannot predict what the ${verb} of ${database} would lose: ${forecast.why}`;
  }
  // The run itself refuses to continue if consent is needed.
  if (forecast.kind === 'later' || forecast.losses.length === 0) return undefined;
  return `The ${verb} of ${database} loses data: ${describeLosses(forecast.losses)}`;
}
