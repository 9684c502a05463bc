import { plural } from '../format.ts';
import type { CheckResult } from './measurement.ts';

/** The results about tables that the run could not have written apart from all others, and a sentence for them. */
export function partUntouched(results: readonly CheckResult[]): {
  readonly told: readonly CheckResult[];
  readonly sentence: string | undefined;
} {
  // A table that fails is told of, whatever was written.
  const isUntouched = ({ untouched, ok }: CheckResult) => untouched !== undefined && ok;
  const untouched = results.filter(isUntouched);
  const told = results.filter((result) => !isUntouched(result));
  if (untouched.length === 0) return { told, sentence: undefined };
  const [were, their] = untouched.length === 1 ? ['was', 'its'] : ['were', 'their'];
  const proof = untouched.every((result) => result.untouched === 'same bytes')
    ? `: none of ${their} pages has changed`
    : '';
  return { told, sentence: `${plural(untouched.length, 'other table')} ${were} not written${proof}.` };
}
