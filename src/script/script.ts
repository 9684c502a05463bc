/** `--sql`: the plan of a run, replayed in memory and written as a script. Reads nothing but the database. */
import { existsSync } from 'node:fs';
import type { Config } from '../config/config.ts';
import { DrydockError } from '../errors.ts';
import type { Observer } from '../events.ts';
import { withReader } from '../files/database-reader.ts';
import { layoutFor } from '../files/layout.ts';
import { requireWhole } from '../files/require-whole.ts';
import type { Applied } from '../revisions/applied-tables.ts';
import { readApplied } from '../revisions/applied-tables.ts';
import { resolveRevision, startsFromCurrent } from '../revisions/graph/address.ts';
import { newHeads, type RevisionGraph } from '../revisions/graph/graph.ts';
import type { Revision } from '../revisions/revision.ts';
import type { MigrationCommand } from '../run/outcome.ts';
import { type Plan, planRun } from '../run/plan.ts';
import { readStoredSchema, type StoredSchema } from '../schema/read-schema.ts';
import { type InMemory, replay, schemaAfter } from '../shadow/replay.ts';
import { type ScriptOrigin, scriptOf } from './render-script.ts';

export interface Offline {
  readonly plan: Plan;
  readonly script: string;
}

/** The assumed state of the database at the start of the script. */
interface Start {
  /** The revisions that made the schema, if no database was read. */
  readonly made?: readonly Revision[];
  readonly applied: Applied;
  readonly schema: StoredSchema | undefined;
}

/**
 * @param start The address where the script begins; if undefined, where the database is, or base if there is no database.
 * @throws {DrydockError} REVISION_FAILED naming the revision that cannot be scripted without rows; USAGE for one that asks
 *   for no transaction.
 */
export async function writeScript(
  config: Config,
  graph: RevisionGraph,
  command: MigrationCommand,
  start: string | undefined,
  origin: ScriptOrigin,
  observer: Observer,
): Promise<Offline> {
  const around = { extensions: config.sqliteExtensions, observer };
  const { applied, schema, made } =
    start === undefined ? startAtDatabase(config.database) : await startAt(graph, start, command, around);
  const plan = planRun(graph, applied, command);
  refuseUnprotected(plan);
  const replayed =
    plan.steps.length === 0
      ? { steps: [] }
      : await replay(
          {
            ...(schema && { from: schema }),
            ...(made && { made }),
            steps: plan.steps,
            arguments: plan.arguments,
            rows: 'unknown',
          },
          around,
        );
  return { plan, script: scriptOf(plan, replayed, origin) };
}

function startAtDatabase(path: string): Start {
  if (!existsSync(path)) {
    requireWhole(path);
    return { applied: { versioned: false, current: [], history: [] }, schema: undefined };
  }
  return withReader(layoutFor({ database: path }).database, (reader) => ({
    applied: readApplied(reader),
    schema: readStoredSchema(reader),
  }));
}

async function startAt(
  graph: RevisionGraph,
  address: string,
  command: MigrationCommand,
  around: InMemory,
): Promise<Start> {
  if (startsFromCurrent(address)) {
    throw new DrydockError('USAGE', {
      what: `A script cannot begin at '${address}': with a start address, a script does not read the database`,
      next: 'Omit the start address to begin where the database is, or name the revision',
    });
  }
  const given = 'arguments' in command ? command.arguments : undefined;
  const before = graph.ancestors(resolveRevision(graph, address, []));
  const revisions = graph.revisions.filter(({ id }) => before.has(id));
  return {
    applied: { versioned: true, current: newHeads(graph, before), history: [] },
    schema: revisions.length === 0 ? undefined : await schemaAfter(revisions, given ?? {}, around),
    made: revisions,
  };
}

/** A run would use a working copy; a script could only change the database itself. */
function refuseUnprotected({ steps, onWorkingCopy }: Plan): void {
  if (!onWorkingCopy) return;
  const ids = steps.filter(({ revision }) => !revision.transaction).map(({ revision }) => revision.id);
  throw new DrydockError('USAGE', {
    what: `Revision ${ids.join(', ')} says transaction: false and changes what the database holds, which a script could not undo`,
    next: 'Run it online, without --sql: there it works on a copy first',
  });
}
