/** `--sql`: what a run would do, as a script for the sqlite3 shell. */
import { randomUUID } from 'node:crypto';
import type { Config } from '../config/config.ts';
import type { Observer } from '../events.ts';
import { loadGraphToRun } from '../revisions/load-graph.ts';
import type { Direction } from '../revisions/revision.ts';
import type { MigrationCommand } from '../run/outcome.ts';
import { writeScript } from '../script/script.ts';
import { toolVersion } from '../version.ts';

export interface ScriptReport {
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** In order. */
  readonly steps: readonly { readonly id: string; readonly direction: Direction }[];
  readonly sql: string;
}

/**
 * @param start The address where the script is to begin; undefined for where the database is, or base where there is none.
 * @throws {DrydockError} REVISION_FAILED naming the revision that cannot be written down without rows; USAGE for one that
 *   asks for no transaction.
 */
export async function scriptFor(
  config: Config,
  command: MigrationCommand,
  start: string | undefined,
  observer: Observer,
): Promise<ScriptReport> {
  const origin = { toolVersion: toolVersion(), runId: randomUUID() };
  const { plan, script } = await writeScript(config, loadGraphToRun(config), command, start, origin, observer);
  const steps = plan.steps.map(({ revision, direction }) => ({ id: revision.id, direction }));
  return { from: plan.from, to: plan.to, steps, sql: script };
}
