import { check as checkDatabase, isClean } from '../../api/check.ts';
import type { Config } from '../../config/config.ts';
import { describeWanted } from '../../drift/desired-schema.ts';
import { exitCodes } from '../../errors.ts';
import { describeRevisions } from '../../format.ts';
import type { Compared } from '../../schema/compare/compared.ts';
import { visible, visibleLines } from '../../visible.ts';
import { withLog } from '../engine-log.ts';
import type { Output } from '../print.ts';
import { readArguments } from './run.ts';

export interface CheckFlags {
  readonly x?: readonly string[];
}

export async function check(config: Config, { x }: CheckFlags = {}): Promise<Output> {
  const report = await withLog('check', (observer) => checkDatabase(config, { arguments: readArguments(x), observer }));
  const { database, current, drift, broken, pending, wanted } = report;
  const { wantedSchema } = config;
  const paragraphs = [
    databaseText(`${database} (at ${describeRevisions(current)})`, drift),
    ...broken.map((problem) => visible(`Broken: ${problem}.`)),
    pendingText(pending),
    ...(wantedSchema === undefined ? [] : [wantedText(describeWanted(wantedSchema), wanted)]),
  ];
  return { data: { ...report }, text: paragraphs.join('\n'), exitCode: isClean(report) ? 0 : exitCodes.PENDING };
}

function databaseText(at: string, drift: Compared): string {
  const verdict =
    drift.differences.length === 0
      ? `${at} has the schema that its revisions make.`
      : `${at} does not have the schema that its revisions make:`;
  return visibleLines([verdict, ...differenceLines(drift)]);
}

function pendingText(pending: readonly string[]): string {
  if (pending.length === 0) return 'No revision is pending.';
  return visible(`Pending: ${pending.join(', ')}. Run \`drydock upgrade\`.`);
}

function wantedText(wanted: string, drift: Compared | null): string {
  const verdict =
    drift === null || drift.differences.length === 0
      ? `The revisions make the desired schema, ${wanted}.`
      : `The revisions do not make the desired schema, ${wanted}; run \`drydock revision --autogenerate -m "what it does"\`:`;
  return visibleLines([verdict, ...(drift === null ? [] : differenceLines(drift))]);
}

function differenceLines({ differences, mild }: Compared): string[] {
  return [...differences.map(({ sentence }) => `  ${sentence}`), ...mild.map(({ sentence }) => `  (mild) ${sentence}`)];
}
