import { stats as readStats } from '../../api/stats.ts';
import type { Config } from '../../config/config.ts';
import { renderTable } from '../../report/text-table.ts';
import type { Output } from '../print.ts';

export async function stats(config: Config): Promise<Output> {
  const report = await readStats(config);
  const rows = report.statistics.map(({ name, value, absent }) => [name, absent ?? String(value ?? '-')]);
  return {
    data: { ...report },
    text:
      rows.length === 0
        ? 'No statistics are configured: add some under `statistics:` in the config'
        : renderTable(['STATISTIC', 'VALUE'], rows, [1]),
  };
}
