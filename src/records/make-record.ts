/** Makes the record of a run from what it told and how it ended. */
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
  /** Of a restore or the like, which says no more of itself than its name. */
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
    // Those of a rehearsal are of its copy, and gone with it.
    snapshot: rehearsed ? null : (facts.snapshot ?? null),
    pruned: rehearsed ? [] : (facts.pruned ?? []),
    recovered: facts.recovered ?? null,
    warnings: problem === undefined ? told.warnings : [...told.warnings, problem],
    toolVersion,
    nodeVersion: process.versions.node,
    hostname: hostname(),
  };
}

/** How a run ended that threw. */
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

/** Whether what the run did to the database is there after it. */
function isKept(ending: RunEnding, { committed }: Told): boolean {
  if (ending.outcome !== 'failed') return true;
  return committed && ending.code !== 'RESTORED' && ending.code !== 'RESTORE_FAILED' && ending.code !== 'FAULT';
}

function headsAfter(told: Told, ending: RunEnding): readonly string[] | null {
  const { current = null, planned = null } = told.facts;
  if (isKept(ending, told)) return planned;
  return isUnknown(ending, told) ? null : current;
}

/** A run that was refused, or never looked, says nothing: it would be the newest to say it. */
function lifeAfter(told: Told, ending: RunEnding): Life | null {
  const { held, becomes, snapshot } = told.facts;
  const before = held === undefined ? null : { ...held, rows: held.rows ?? snapshot?.rows ?? null };
  if (isKept(ending, told)) return becomes ?? before;
  return isUnknown(ending, told) ? null : before;
}

/** Whoever wrote after a commit, or a restore that failed, leaves what this run cannot know. */
function isUnknown(ending: RunEnding, { committed }: Told): boolean {
  return ending.outcome === 'failed' && (ending.code === 'RESTORE_FAILED' || (committed && ending.code === 'FAULT'));
}

/** @param kept Whether the schema after the last revision is the one that the run left. */
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
