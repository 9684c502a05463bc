import { relative } from 'node:path';
import { namedRevisions } from '../../api/revisions.ts';
import type { Config } from '../../config/config.ts';
import { exitCodes } from '../../errors.ts';
import { type LintReport, lintRevisions } from '../../lint/lint.ts';
import { loadGraph } from '../../run/preflight.ts';
import { withLog } from '../engine-log.ts';
import type { Output } from '../print.ts';

/** `revisions`: ids that were looked at; `findings`; `suppressed`: with the `reason`; `notes`: what could not be looked at. */
export async function lint(config: Config, addresses: readonly string[]): Promise<Output> {
  const graph = loadGraph(config.migrations);
  const named = addresses.flatMap((address) => namedRevisions(config, address).revisions.map(({ id }) => id));
  const ids = addresses.length === 0 ? undefined : [...new Set(named)];
  const report = await withLog('lint', (observer) => lintRevisions(graph, ids, observer));
  const revisions = ids ?? graph.revisions.map(({ id }) => id);
  return {
    data: { revisions, ...report },
    text: renderLint(report, revisions.length),
    exitCode: report.findings.length === 0 ? 0 : exitCodes.PENDING,
  };
}

function renderLint({ findings, suppressed, notes }: LintReport, revisions: number): string {
  return [
    ...findings.map(({ path, line, message, rule }) => `${placeOf(path, line)}: ${message} (${rule})`),
    ...notes.map(({ path, message }) => `${placeOf(path, null)}: note: ${message}`),
    `${plural(revisions, 'revision')}, ${plural(findings.length, 'finding')}, ${suppressed.length} suppressed`,
  ].join('\n');
}

/** As editors and CI logs make a link of it. */
function placeOf(path: string, line: number | null): string {
  const near = relative(process.cwd(), path);
  return line === null ? near : `${near}:${line}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
