import { type VerifyReport, verify as verifyDatabase } from '../../api/verify.ts';
import type { Config } from '../../config/config.ts';
import { exitCodes } from '../../errors.ts';
import { describeRevisions, plural } from '../../format.ts';
import { visibleLines } from '../../visible.ts';
import type { Output } from '../print.ts';

const exitCodeOf: Readonly<Record<VerifyReport['verdict'], number>> = {
  sound: 0,
  damaged: exitCodes.DAMAGED_BEFORE,
  history: exitCodes.HISTORY,
  data: exitCodes.CHECK_FAILED,
};

const damagedNow =
  'The database is damaged; this command changed nothing, and every run is refused until it is sound again.';

export async function verify(config: Config): Promise<Output> {
  const report = await verifyDatabase(config);
  const { database, verdict, rows, current, comparedWith, findings, next } = report;
  const total = Object.values(rows).reduce((sum, count) => sum + count, 0);
  const sound = `${database} is sound: integrity and foreign keys checked, ${plural(total, 'row')} in ${plural(Object.keys(rows).length, 'table')}, at ${describeRevisions(current ?? [])}`;
  const alone =
    comparedWith === null ? [`It was not compared with revision files: ${config.migrations} does not exist`] : [];
  return {
    data: { ...report },
    text: visibleLines([
      ...(verdict === 'sound' ? [sound] : findings),
      ...alone,
      ...(next === null ? [] : [damagedNow, `${next}.`]),
    ]),
    exitCode: exitCodeOf[verdict],
  };
}
