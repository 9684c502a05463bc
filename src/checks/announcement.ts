import { describeList } from '../format.ts';
import { expectationText } from '../revisions/expectation-text.ts';
import type { Expectation } from '../revisions/revision.ts';
import type { JudgedStep } from './judge-rows.ts';

/** The line that announces something, as each kind of revision in the run has it. */
export function announcement(expectation: Expectation, steps: readonly JudgedStep[]): string {
  const lines = steps.map(({ format, direction }) => expectationText(expectation, format, direction));
  return describeList(
    [...new Set(lines)].map((line) => `\`${line}\``),
    'or',
  );
}
