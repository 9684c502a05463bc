import type { RunContext } from './context.ts';
import type { Copies, SpaceEstimate } from './outcome.ts';
import { copiesOf } from './plan.ts';
import type { PlannedRun } from './planned-run.ts';
import { estimateSpace, requireSpace, warnOfLinks } from './preflight.ts';
import { describeSpace, spaceProblem } from './preflight-checks.ts';
import { retain } from './retain.ts';

/**
 * As {@link requireSpace}. If there is too little, the snapshots that the policy does not keep are removed first, as
 * the error message would recommend.
 */
export async function makeRoom(context: RunContext, copies: Copies): Promise<SpaceEstimate> {
  const estimate = estimateSpace(context.layout, copies);
  if (spaceProblem(context.layout, estimate) === undefined) return estimate;
  await retain(context);
  return requireSpace(context, copies);
}

/** For the copies that the plan needs. */
export async function makeRoomFor({ context, plan }: PlannedRun): Promise<void> {
  warnOfLinks(context);
  const message = describeSpace(await makeRoom(context, copiesOf(plan)));
  context.observer({ kind: 'note', message });
}
