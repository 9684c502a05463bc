/** Makes the record of a run from its events and its ending. */
import { hostname } from 'node:os';
import { DrydockError, exitCodes, messageOf } from '../errors.ts';
import type { Life, RunFacts } from '../events.ts';
import type { Loss } from '../plan/loss.ts';
import type { RunCommand, SchemaChange } from '../run/outcome.ts';
import type { StoredSchema } from '../schema/read-schema.ts';
import type { Told } from './recorder.ts';
import type { RunEnding, RunRecord } from './run-record.ts';

export interface RecordRequest {
  readonly command: RunCommand;
  /** For commands such as a restore, which do not contain their targets themselves. */
  readonly targets?: readonly string[];
  /** Real path. */
  readonly database: string;
  readonly toolVersion: string;
}

export async function makeRecord(
  { command, targets, database, toolVersion }: RecordRequest,
  told: Told,
  durationMs: number,
  ending: RunEnding,
  losses: readonly Loss[],
): Promise<RunRecord> {
  const { runId, startedAt, phases, waits, steps, checks, facts } = told;
  const rehearsed = command.verb === 'rehearse';
  const { changes, problem } = await schemaChanges(facts, rehearsed ? ending.outcome === 'done' : isKept(ending, told));
  return {
    format: 1,
    runId,
    command: command.verb,
    targets: targets ?? targetsOf(command),
    database,
    startedAt: startedAt.toISOString(),
    durationMs,
    ending,
    from: facts.current ?? null,
    to: rehearsed ? (facts.current ?? null) : headsAfter(told, ending),
    planned: facts.planned ?? null,
    left: rehearsed ? null : lifeAfter(told, ending),
    phases,
    waits,
    steps,
    checks,
    schema: changes,
    losses,
    // The snapshots of a rehearsal are of its copy, and removed with it.
    snapshot: rehearsed ? null : (facts.snapshot ?? null),
    pruned: rehearsed ? [] : (facts.pruned ?? []),
    recovered: facts.recovered ?? null,
    warnings: problem === undefined ? told.warnings : [...told.warnings, problem],
    toolVersion,
    nodeVersion: process.versions.node,
    hostname: hostname(),
  };
}

/** The ending of a run that threw. */
export function failedEnding(error: unknown): RunEnding {
  const known = error instanceof DrydockError ? error : undefined;
  const { code = 'FAULT', what = `Something unexpected went wrong: ${messageOf(error)}`, state, next } = known ?? {};
  const exitCode = exitCodes[code];
  return { outcome: 'failed', exitCode, code, sentence: what, state: state ?? null, next: next ?? null };
}

function targetsOf(command: RunCommand): readonly string[] {
  if ('of' in command) return [command.of.target];
  if ('targets' in command) return command.targets;
  return 'target' in command ? [command.target] : [];
}

/** Whether the changes of the run are still in the database after it. */
function isKept(ending: RunEnding, { committed }: Told): boolean {
  if (ending.outcome !== 'failed') return true;
  return committed && ending.code !== 'RESTORED' && ending.code !== 'RESTORE_FAILED' && ending.code !== 'FAULT';
}

function headsAfter(told: Told, ending: RunEnding): readonly string[] | null {
  const { current = null, planned = null } = told.facts;
  if (isKept(ending, told)) return planned;
  return isUnknown(ending, told) ? null : current;
}

/** Null for a run that was refused, or never read the database: its record would otherwise count as the newest evidence. */
function lifeAfter(told: Told, ending: RunEnding): Life | null {
  const { held, becomes, snapshot } = told.facts;
  const before = held === undefined ? null : { ...held, rows: held.rows ?? snapshot?.rows ?? null };
  if (isKept(ending, told)) return becomes ?? before;
  return isUnknown(ending, told) ? null : before;
}

/** After a failed restore, or an unexpected error after the commit, the run cannot know what the database contains. */
function isUnknown(ending: RunEnding, { committed }: Told): boolean {
  return ending.outcome === 'failed' && (ending.code === 'RESTORE_FAILED' || (committed && ending.code === 'FAULT'));
}

/** @param kept Whether the run left the schema that it had after the last revision. */
async function schemaChanges(
  { schemaBefore: before, schemaAfter: after }: RunFacts,
  kept: boolean,
): Promise<{ readonly changes: readonly SchemaChange[] | null; readonly problem?: string }> {
  if (before === undefined || after === undefined || !kept) return { changes: null };
  if (isSameSchema(before, after)) return { changes: [] };
  try {
    const [{ schemaOf }, { changesBetween }] = await Promise.all([
      import('../schema/read-schema.ts'),
      import('../schema/compare/changes.ts'),
    ]);
    return { changes: changesBetween(schemaOf(before), schemaOf(after)) };
  } catch (error) {
    return { changes: null, problem: `the schemas cannot be compared: ${messageOf(error)}` };
  }
}

function isSameSchema(one: StoredSchema, other: StoredSchema): boolean {
  return JSON.stringify(one.rows) === JSON.stringify(other.rows);
}
