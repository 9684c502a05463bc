/** Applies all rules to one revision, minus what its file suppresses. */
import type { Direction, Revision } from '../revisions/revision.ts';
import type { Finding, Findings } from './lint-finding.ts';
import type { LintStep } from './lint-step.ts';
import type { Problem } from './rule.ts';
import { badSuppression, rulesOfPlan, stepRules } from './rules.ts';
import { readSuppressions } from './suppressions.ts';

/** Rules that are suppressed in all files, each with the reason. */
export type Ignored = Readonly<Record<string, string>>;

/** What the rules find in the steps of one revision, minus what its file or the config suppresses. */
export function findIn(
  revision: Revision,
  steps: readonly LintStep[],
  ignored: Ignored,
  more: readonly Finding[] = [],
): Findings {
  const found = [...steps.flatMap(findInStep), ...more];
  const { valid } = readSuppressions(revision);
  const reasonFor = (rule: string) => valid.find((suppression) => suppression.rule === rule)?.reason ?? ignored[rule];
  return {
    findings: found.filter(({ rule }) => reasonFor(rule) === undefined),
    suppressed: found.flatMap((finding) => {
      const reason = reasonFor(finding.rule);
      return reason === undefined ? [] : [{ ...finding, reason }];
    }),
  };
}

/**
 * Problems with the suppressions themselves.
 * @param suppressed The rules whose findings the file suppresses; undefined if not everything could be checked.
 */
export function findBadSuppressions(revision: Revision, suppressed: ReadonlySet<string> | undefined): Finding[] {
  const { valid, bad } = readSuppressions(revision);
  const needless = valid.filter(
    ({ rule }) => suppressed !== undefined && !suppressed.has(rule) && !rulesOfPlan.includes(rule),
  );
  const problems = [
    ...bad,
    ...needless.map(({ rule, line }) => ({
      line,
      message: `no ${rule} is found here: the comment suppresses nothing`,
    })),
  ];
  return problems.map((problem) => findingOf(badSuppression, revision, null, problem));
}

export function findingOf(
  rule: string,
  { id, path }: Revision,
  direction: Direction | null,
  { line, message }: Problem,
): Finding {
  return { rule, revision: id, direction, path, line: line ?? null, message };
}

function findInStep(step: LintStep): Finding[] {
  const all = stepRules.flatMap(({ name, check }) =>
    check(step).map((problem) => findingOf(name, step.revision, step.direction, problem)),
  );
  // A loop in a module runs the same line many times.
  return [...new Map(all.map((finding) => [JSON.stringify(finding), finding])).values()];
}
