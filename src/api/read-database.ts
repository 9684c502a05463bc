/** Reads a database with what `sqlite_extensions` brings: in a process of its own, which their code may end. */
import type { StatisticValue, WholeDatabase } from '../checks/measurement.ts';
import { readStatistics } from '../checks/statistics.ts';
import { readWhole } from '../checks/whole-database.ts';
import type { Config } from '../config/config.ts';
import { withReader } from '../files/database-reader.ts';
import { inEngine } from '../shadow/replay.ts';
import { ignore } from './session.ts';

export async function readWholeDatabase(database: string, { sqliteExtensions }: Config): Promise<WholeDatabase> {
  if (sqliteExtensions.length === 0) return withReader(database, readWhole);
  return inEngine('readWhole', { database }, { extensions: sqliteExtensions, observer: ignore });
}

export async function readAllStatistics(
  database: string,
  { statistics, sqliteExtensions }: Config,
): Promise<readonly StatisticValue[]> {
  if (sqliteExtensions.length === 0) return withReader(database, (reader) => readStatistics(reader, statistics));
  return inEngine('readStatistics', { database, statistics }, { extensions: sqliteExtensions, observer: ignore });
}
