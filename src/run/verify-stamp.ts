/** Verifies what a stamp claims: compares the live schema with the one that the stamped revisions make. */

import type { Engine } from '../engine/client.ts';
import { DrydockError } from '../errors.ts';
import { describeRevisions } from '../format.ts';
import type { RevisionGraph } from '../revisions/graph/graph.ts';
import { type Compared, compared } from '../schema/compare/compared.ts';
import { comparedParts } from '../schema/users-tables.ts';
import { schemaAfter } from '../shadow/replay.ts';
import { inMemory, type RunContext } from './context.ts';
import type { MigrationCommand } from './outcome.ts';
import type { Plan } from './plan.ts';

/**
 * Reads under the write lock, so the result still holds at the commit.
 * @returns Null if the run claims nothing new, or the claim cannot be checked.
 * @throws {DrydockError} HISTORY naming each difference, or why the claim cannot be checked, unless the command accepts
 *   that.
 */
export async function compareStamp(
  context: RunContext,
  engine: Engine,
  graph: RevisionGraph,
  plan: Plan,
  command: MigrationCommand,
): Promise<Compared | null> {
  if (command.verb !== 'stamp' || plan.from.join() === plan.to.join()) return null;
  const live = await engine.call('readSchema', {});
  const claimed = graph.ancestors(plan.to);
  const revisions = graph.revisions.filter(({ id }) => claimed.has(id));
  const made = await schemaAfter(revisions, plan.arguments, inMemory(context)).catch((error: unknown) => {
    if (!(error instanceof DrydockError)) throw error;
    if (command.mismatch === 'refuse') throw untold(context, plan, error);
    context.observer({ kind: 'warning', message: `the schema was not compared: ${error.what}` });
    return undefined;
  });
  if (made === undefined) return null;
  const parts = comparedParts(live, made, context.request.config.ignoreTables);
  const schema = compared(parts.found, parts.made);
  for (const { sentence } of schema.mild) context.observer({ kind: 'note', message: sentence });
  if (schema.differences.length > 0 && command.mismatch === 'refuse') throw untrue(context, plan, schema);
  for (const { sentence } of schema.differences) context.observer({ kind: 'warning', message: sentence });
  return schema;
}

function untold({ layout }: RunContext, { to }: Plan, { what, cause }: DrydockError): DrydockError {
  return new DrydockError('HISTORY', {
    what: `Whether ${layout.database} has the schema of ${describeRevisions(to)} cannot be told: ${what}`,
    state: 'The database is unchanged',
    next: 'Stamp with --force if you know that it has',
    cause,
  });
}

function untrue({ layout }: RunContext, { to }: Plan, { differences }: Compared): DrydockError {
  const at = to.length === 0 ? 'base, where no revision is applied' : describeRevisions(to);
  return new DrydockError('HISTORY', {
    what: `${layout.database} does not have the schema of ${at}: ${differences.map(({ sentence }) => sentence).join('; ')}`,
    state: 'The database is unchanged',
    next: 'Stamp the revision that it does have the schema of, or put the schema right; where the difference is meant, stamp with --force',
  });
}
