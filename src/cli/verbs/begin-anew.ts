import { beginAnew as begin } from '../../api/begin-anew.ts';
import type { Config } from '../../config/config.ts';
import type { Output } from '../print.ts';
import { terminalSession } from '../run-session.ts';
import { terminalConsent } from '../terminal-consent.ts';

export interface BeginAnewFlags {
  readonly yes?: true;
}

export async function beginAnew(config: Config, { yes }: BeginAnewFlags = {}): Promise<Output> {
  const consent = yes ? { kind: 'given' as const } : terminalConsent();
  const report = await begin(config, terminalSession('begin-anew', config), consent);
  const { outcome, database, at, givenUp } = report;
  return {
    data: { ...report },
    text:
      outcome === 'nothing-to-do'
        ? `Nothing to do: ${database} was begun anew at ${at}.`
        : `${database} begins anew, and what it was is given up: ${givenUp}. An upgrade goes on from base now.`,
    ...(outcome === 'begun-anew' && { ran: true }),
  };
}
