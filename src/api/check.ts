import type { Config } from '../config/config.ts';
import { readWantedSchema } from '../drift/desired-schema.ts';
import { findDrift } from '../drift/drift.ts';
import { withReader } from '../files/database-reader.ts';
import { layoutFor } from '../files/layout.ts';
import { readApplied } from '../revisions/applied-tables.ts';
import { loadGraphToRun } from '../revisions/load-graph.ts';
import type { Step } from '../revisions/revision.ts';
import { readRows, requireFamiliar } from '../run/foreign.ts';
import { judgeLife } from '../run/former-life.ts';
import type { Compared } from '../schema/compare/compared.ts';
import { readStoredSchema } from '../schema/read-schema.ts';
import { findBroken } from '../shadow/compile.ts';
import { requireClosedHere } from './in-program.ts';
import { ignore, type RevisionArguments } from './session.ts';

/** In `drift` and `wanted`, `differences` count and `mild` ones do not. */
export interface CheckReport {
  readonly database: string;
  readonly current: readonly string[];
  /** How the database differs from what its revisions make. */
  readonly drift: Compared;
  /** Ids. */
  readonly pending: readonly string[];
  /** The views, triggers and foreign keys of the database that do not compile, one sentence each. */
  readonly broken: readonly string[];
  /** How the result of the revisions differs from the desired schema; null if none is configured. */
  readonly wanted: Compared | null;
}

/**
 * Compares the database with what its revisions make, and those with the desired schema if one is configured.
 * @throws {DrydockError} as `current` does; REVISION_FAILED if the revisions cannot be replayed in memory.
 * @example
 * const { drift, pending } = await check(config);
 * console.log(drift.differences.length, pending);
 */
export async function check(config: Config, options: RevisionArguments = {}): Promise<CheckReport> {
  requireClosedHere(config);
  const { arguments: given = {}, observer = ignore } = options;
  const layout = layoutFor(config);
  const { database } = layout;
  const graph = loadGraphToRun(config);
  const { live, rows, applied } = withReader(database, (reader) => {
    const read = readApplied(reader);
    return { live: readStoredSchema(reader), applied: read, rows: readRows(reader, read) };
  });
  const warning = judgeLife({ layout, config }, applied, rows);
  if (warning !== undefined) observer({ kind: 'warning', message: warning });
  const steps = graph.revisions.map((revision): Step => ({ revision, direction: 'up' }));
  const subject = { database, config, applied, schema: live, rows };
  await requireFamiliar(subject, { graph, steps, arguments: given }, observer);
  const around = { extensions: config.sqliteExtensions, observer };
  const { wantedSchema } = config;
  const wanted = wantedSchema && (await readWantedSchema(wantedSchema, config.ignoreTables, around));
  const drift = await findDrift({ graph, applied, live }, wanted, config.ignoreTables, given, around);
  const broken = await findBroken(live, { revisions: graph.revisions, ignored: config.ignoreTables }, around);
  return {
    database,
    current: applied.current,
    broken,
    drift: drift.database,
    pending: drift.pending,
    wanted: drift.wanted ?? null,
  };
}

/** Whether nothing is pending or broken, and no difference counts. */
export function isClean({ drift, broken, pending, wanted }: CheckReport): boolean {
  return (
    drift.differences.length === 0 &&
    broken.length === 0 &&
    pending.length === 0 &&
    (wanted?.differences.length ?? 0) === 0
  );
}
