import { measure } from '../../checks/measure.ts';
import type { Config } from '../../config/config.ts';
import { exitCodes } from '../../errors.ts';
import { layoutFor } from '../../files/layout.ts';
import { readApplied } from '../../revisions/applied-tables.ts';
import { editedRevisions } from '../../revisions/edited.ts';
import { loadGraph } from '../../run/preflight.ts';
import { describeRevisions } from '../../run/words.ts';
import { withReader } from '../../sqlite/reader.ts';
import type { Output } from '../print.ts';

/** Reads the whole database in one read transaction, beside whoever writes. */
export async function verify(config: Config): Promise<Output> {
  const { database } = layoutFor(config.database);
  const graph = loadGraph(config.migrations);
  const { measurement, applied } = withReader(database, (reader) => {
    const found = measure(reader, []);
    const sound = found.integrity.length === 0;
    return { measurement: found, applied: sound ? readApplied({ all: reader.all, run: () => undefined }) : undefined };
  });
  const { integrity, foreignKeys, rows } = measurement;
  const unknown = applied?.current.filter((id) => graph.get(id) === undefined) ?? [];
  const edited =
    applied === undefined || unknown.length > 0 ? [] : editedRevisions(graph, applied.current, applied.history);
  const violations = foreignKeys.pairs.reduce((sum, { rows: count }) => sum + count, 0);
  const findings = [
    ...integrity.map((problem) => `integrity: ${problem}`),
    ...foreignKeys.pairs.map(
      (pair) => `foreign keys: ${pair.rows} rows of ${pair.table} refer to rows of ${pair.parent} that are not there`,
    ),
    ...foreignKeys.unusable.map((problem) => `foreign keys: ${problem}`),
    ...unknown.map((id) => `history: no revision file has ${id}`),
    ...edited.map(({ revision }) => `history: ${revision.path} was edited after it was applied`),
  ];
  const total = Object.values(rows).reduce((sum, count) => sum + count, 0);
  const sound = `${database} is sound: integrity and foreign keys checked, ${total} rows in ${Object.keys(rows).length} tables, at ${describeRevisions(applied?.current ?? [])}`;
  return {
    data: { database, integrity, foreignKeyViolations: violations, rows, current: applied?.current ?? null, findings },
    text: findings.length === 0 ? sound : findings.join('\n'),
    exitCode: exitCodeFor(integrity.length, unknown.length + edited.length, findings.length),
  };
}

function exitCodeFor(damages: number, historyFindings: number, all: number): number {
  if (damages > 0) return exitCodes.DAMAGED_BEFORE;
  if (historyFindings > 0) return exitCodes.HISTORY;
  return all > 0 ? exitCodes.CHECK_FAILED : 0;
}
