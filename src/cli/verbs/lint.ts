import { relative } from 'node:path';
import { type LintReport, lint as lintFiles } from '../../api/lint.ts';
import type { Config } from '../../config/config.ts';
import { exitCodes } from '../../errors.ts';
import { plural } from '../../format.ts';
import { visibleLines } from '../../visible.ts';
import { withLog } from '../engine-log.ts';
import type { Output } from '../print.ts';
import { readArguments } from './run.ts';

export interface LintFlags {
  readonly x?: readonly string[];
}

/** `revisions`: ids that were checked; `findings`; `suppressed`: with the `reason`; `notes`: what could not be checked. */
export async function lint(config: Config, addresses: readonly string[], { x }: LintFlags): Promise<Output> {
  const report = await withLog('lint', (observer) =>
    lintFiles(config, addresses, { arguments: readArguments(x), observer }),
  );
  return {
    data: { ...report },
    text: renderLint(report),
    exitCode: report.findings.length === 0 ? 0 : exitCodes.PENDING,
  };
}

function renderLint({ revisions, findings, suppressed, notes }: LintReport): string {
  return visibleLines([
    ...findings.map(({ path, line, message, rule }) => `${placeOf(path, line)}: ${message} (${rule})`),
    ...notes.map(({ path, message }) => `${placeOf(path, null)}: note: ${message}`),
    `${plural(revisions.length, 'revision')}, ${plural(findings.length, 'finding')}, ${suppressed.length} suppressed`,
  ]);
}

/** In the form that editors and CI logs turn into a link. */
function placeOf(path: string, line: number | null): string {
  const near = relative(process.cwd(), path);
  return line === null ? near : `${near}:${line}`;
}
