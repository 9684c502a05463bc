import { beginAnew as begin } from '../../api/begin-anew.ts';
import type { Config } from '../../config/config.ts';
import type { Output } from '../print.ts';
import { terminal } from '../terminal.ts';
import { dataLoss, type YesFlag } from './yes.ts';

export async function beginAnew(config: Config, flags: YesFlag = {}): Promise<Output> {
  const report = await begin(config, { ...dataLoss(flags), host: terminal('begin-anew', config) });
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
