import type { Engine } from '../engine/client.ts';
import type { HeldState } from '../engine/protocol.ts';
import { lastRunOf } from '../revisions/applied-tables.ts';
import { hasUsersRows } from '../snapshots/trace.ts';
import { type RunContext, tellFact } from './context.ts';
import { judgeRelation, type Relation, relationTo } from './former-life.ts';
import type { RecoveryReport } from './outcome.ts';

/**
 * Whether the live file under the write lock is still the database of the earlier runs, see {@link judgeRelation}.
 * @param recovered A restore that was just finished put an older state there, which no record mentions yet.
 */
export async function requireLife(
  context: RunContext,
  engine: Engine,
  held: HeldState,
  recovered: RecoveryReport | null,
): Promise<void> {
  const { layout, request, observer, file } = context;
  const place = { layout, config: request.config };
  file.runs = new Set(held.history.map(({ runId }) => runId));
  if (recovered?.outcome !== 'restored') {
    const relation = relationTo(place, held);
    const message = judgeRelation(place, relation, held, await mayHaveRows(context, engine, relation));
    if (message !== undefined) observer({ kind: 'warning', message });
  }
  tellFact(context, { held: { lastRun: lastRunOf(held.history), rows: null } });
}

/** Read only if it matters. */
export async function mayHaveRows({ request }: RunContext, engine: Engine, { kind }: Relation): Promise<boolean> {
  if (kind !== 'none in common') return true;
  return hasUsersRows(await engine.call('countRows', { most: 1 }), request.config.ignoreTables);
}
