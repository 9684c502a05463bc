import { describeNumber, plural } from '../format.ts';
import { foldName } from '../schema/names.ts';
import { announcement } from './announcement.ts';
import type { JudgedStep } from './judge-rows.ts';
import type { CheckResult, Measurement, ReferenceValues } from './measurement.ts';

type Rows = Measurement['rows'];

/** One result per foreign-key column that has lost more values than its table has lost rows. */
export function judgeReferences(
  references: readonly ReferenceValues[],
  before: Rows,
  after: Rows,
  steps: readonly JudgedStep[],
): CheckResult[] {
  return references.flatMap(({ table, column, before: old, after: now }) => {
    const rowsLost = Math.max(0, (before[table.from] ?? 0) - (after[table.to] ?? 0));
    if (old - now <= rowsLost) return [];
    const subject = `${table.to}.${column.to}`;
    const names = [table.from, table.to].flatMap((one) => [column.from, column.to].map((other) => keyOf(one, other)));
    const ok = steps.some(({ expectations }) =>
      expectations.some(
        (expectation) => 'nulls' in expectation && names.includes(keyOf(expectation.table, expectation.nulls)),
      ),
    );
    const rows = rowsLost === 0 ? '' : `, and the table lost only ${plural(rowsLost, 'row')}`;
    const text = `${subject} lost ${plural(old - now, 'value')} to NULL (${describeNumber(old)} before, ${describeNumber(now)} after)${rows}`;
    const line = announcement({ table: table.to, nulls: column.to }, steps);
    const advice = `which is not announced; if that is intended, add ${line} to the revision`;
    const message = ok ? `${text}, as a revision announced` : `${text}, ${advice}`;
    return [{ check: 'references', subject, ok, before: old, after: now, message }];
  });
}

function keyOf(table: string, column: string): string {
  return JSON.stringify([foldName(table), foldName(column)]);
}
