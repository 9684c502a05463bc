import type { StatisticValue } from '../checks/measurement.ts';
import type { Config } from '../config/config.ts';
import { layoutFor } from '../files/layout.ts';
import { requireClosedHere } from './in-program.ts';
import { readAllStatistics } from './read-database.ts';

export interface StatsReport {
  readonly database: string;
  /** As configured, in that order. */
  readonly statistics: readonly StatisticValue[];
}

/**
 * The configured statistics.
 * @throws {DrydockError} USAGE if the SQL of one is wrong.
 * @example
 * const { statistics } = await stats(config);
 * for (const { name, value } of statistics) console.log(name, value);
 */
export async function stats(config: Config): Promise<StatsReport> {
  requireClosedHere(config);
  const { database } = layoutFor(config);
  const statistics = await readAllStatistics(database, config);
  return { database, statistics };
}
