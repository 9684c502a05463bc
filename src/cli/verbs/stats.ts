import { readStatistics } from '../../checks/statistics.ts';
import type { Config } from '../../config/config.ts';
import { layoutFor } from '../../files/layout.ts';
import { renderTable } from '../../report/table.ts';
import { withReader } from '../../sqlite/reader.ts';
import type { Output } from '../print.ts';

export async function stats(config: Config): Promise<Output> {
  const { database } = layoutFor(config.database);
  const statistics = withReader(database, (reader) => readStatistics(reader, config.statistics));
  const rows = statistics.map(({ name, value, absent }) => [name, absent ?? String(value ?? '-')]);
  return {
    data: { database, statistics },
    text:
      rows.length === 0
        ? 'No statistics are configured: add some under `statistics:` in the config'
        : renderTable(['STATISTIC', 'VALUE'], rows, [1]),
  };
}
