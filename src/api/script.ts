/** `--sql`: what a run would do, as a script for the sqlite3 shell. */
import { randomUUID } from 'node:crypto';
import type { Config } from '../config/config.ts';
import { loadGraphToRun } from '../revisions/load-graph.ts';
import type { Direction } from '../revisions/revision.ts';
import { writeScript } from '../script/script.ts';
import { toolVersion } from '../version.ts';
import { requireClosedHere } from './in-program.ts';
import { ignore, type RevisionArguments } from './session.ts';

export interface ScriptReport {
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** In order. */
  readonly steps: readonly { readonly id: string; readonly direction: Direction }[];
  readonly sql: string;
}

/** The request for a script, as the verb of that name takes it with `--sql`. */
export type ScriptRequest = (
  | { readonly verb: 'upgrade' | 'downgrade'; readonly target: string }
  | { readonly verb: 'stamp'; readonly targets: readonly string[]; readonly forget?: 'replaced' | 'all' }
) &
  RevisionArguments & {
    /** The address where the script begins; if left out, the database's revision, or base if there is no database. */
    readonly start?: string;
  };

/**
 * Returns a run as a script for the sqlite3 shell, and runs nothing.
 * @throws {DrydockError} REVISION_FAILED naming the revision whose SQL depends on rows; USAGE for one that asks for no
 *   transaction.
 * @example
 * const { sql } = await script(config, { verb: 'upgrade', target: 'head', start: 'base' });
 * console.log(sql);
 */
export async function script(config: Config, request: ScriptRequest): Promise<ScriptReport> {
  const { start, observer = ignore, ...asked } = request;
  if (start === undefined) requireClosedHere(config);
  const command = asked.verb === 'stamp' ? ({ forget: 'replaced', ...asked, mismatch: 'accept' } as const) : asked;
  const origin = { toolVersion: toolVersion(), runId: randomUUID() };
  const { plan, script: sql } = await writeScript(config, loadGraphToRun(config), command, start, origin, observer);
  const steps = plan.steps.map(({ revision, direction }) => ({ id: revision.id, direction }));
  return { from: plan.from, to: plan.to, steps, sql };
}
