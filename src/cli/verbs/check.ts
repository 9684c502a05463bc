import type { Config } from '../../config/config.ts';
import type { Compared } from '../../drift/compared.ts';
import { type Drift, findDrift } from '../../drift/drift.ts';
import { exitCodes } from '../../errors.ts';
import { layoutFor } from '../../files/layout.ts';
import { loadGraph } from '../../run/preflight.ts';
import { readAppliedWith } from '../../run/read-state.ts';
import { describeRevisions } from '../../run/words.ts';
import { readStoredSchema } from '../../schema/read-schema.ts';
import { withReader } from '../../sqlite/reader.ts';
import { describeWanted, readWantedSchema } from '../../wanted/wanted-schema.ts';
import { withLog } from '../engine-log.ts';
import type { Output } from '../print.ts';
import { readArguments } from './run.ts';

export interface CheckFlags {
  readonly x?: readonly string[];
}

/**
 * `drift`: what the database has otherwise than its revisions make it; `pending`: ids; `wanted`: what the revisions make
 * otherwise than wanted, null where no wanted schema is named. Of both `differences` count, and `mild` ones do not.
 */
export async function check(config: Config, { x }: CheckFlags = {}): Promise<Output> {
  const { database } = layoutFor(config.database);
  const graph = loadGraph(config.migrations);
  const { live, applied } = withReader(database, (reader) => ({
    live: readStoredSchema(reader),
    applied: readAppliedWith(reader),
  }));
  const { wantedSchema } = config;
  const given = readArguments(x);
  const drift = await withLog('check', async (observer) => {
    const wanted = wantedSchema && (await readWantedSchema(wantedSchema, observer));
    return findDrift({ graph, applied, live }, wanted, given, observer);
  });
  const at = `${database} (at ${describeRevisions(applied.current)})`;
  const paragraphs = [
    databaseText(at, drift.database),
    pendingText(drift.pending),
    ...(wantedSchema === undefined ? [] : [wantedText(describeWanted(wantedSchema), drift.wanted)]),
  ];
  return {
    data: {
      database,
      current: applied.current,
      drift: drift.database,
      pending: drift.pending,
      wanted: drift.wanted ?? null,
    },
    text: paragraphs.join('\n'),
    exitCode: isClean(drift) ? 0 : exitCodes.PENDING,
  };
}

function isClean({ database, pending, wanted }: Drift): boolean {
  return database.differences.length === 0 && pending.length === 0 && (wanted?.differences.length ?? 0) === 0;
}

function databaseText(at: string, drift: Compared): string {
  const verdict =
    drift.differences.length === 0
      ? `${at} has the schema that its revisions make.`
      : `${at} does not have the schema that its revisions make:`;
  return [verdict, ...differenceLines(drift)].join('\n');
}

function pendingText(pending: readonly string[]): string {
  return pending.length === 0 ? 'No revision is pending.' : `Pending: ${pending.join(', ')}. Run drydock upgrade.`;
}

function wantedText(wanted: string, drift: Compared = { differences: [], mild: [] }): string {
  const verdict =
    drift.differences.length === 0
      ? `The revisions make the wanted schema, ${wanted}.`
      : `The revisions do not make the wanted schema, ${wanted}; run drydock revision --autogenerate:`;
  return [verdict, ...differenceLines(drift)].join('\n');
}

function differenceLines({ differences, mild }: Compared): string[] {
  return [...differences.map(({ sentence }) => `  ${sentence}`), ...mild.map(({ sentence }) => `  (mild) ${sentence}`)];
}
