/** Collects the events of a run for its record. */
import type { CheckResult } from '../checks/measurement.ts';
import type { RanStep } from '../engine/protocol.ts';
import type { Observer, PhaseName, RunEvent, RunFacts } from '../events.ts';
import type { RecordedPhase, RecordedWait } from './run-record.ts';

/** What a run has reported so far. */
export interface Told {
  /** Empty until it begins. */
  readonly runId: string;
  readonly startedAt: Date;
  /** True once it held the lock between runs: before that it has changed nothing and knows nothing. */
  readonly wentUnderLock: boolean;
  readonly committed: boolean;
  readonly phases: readonly RecordedPhase[];
  readonly waits: readonly RecordedWait[];
  readonly steps: readonly RanStep[];
  readonly checks: readonly CheckResult[];
  readonly warnings: readonly string[];
  readonly facts: RunFacts;
}

export interface Recorder {
  /** Records an event and passes it on. */
  readonly observe: Observer;
  /** Milliseconds since the run began. */
  elapsedMs(): number;
  told(): Told;
}

/** Maximum characters of SQL in one record: a first install may run any number of revisions. */
const maxSqlLength = 1_000_000;

/** @param next Receives every event after it was recorded. */
export function createRecorder(next: Observer): Recorder {
  let startedAt = new Date();
  let started = performance.now();
  const elapsedMs = () => Math.round(performance.now() - started);
  let runId = '';
  let facts: RunFacts = {};
  const open: { readonly phase: PhaseName; readonly startMs: number }[] = [];
  const phases: RecordedPhase[] = [];
  const waits: RecordedWait[] = [];
  const steps = new Map<string, RanStep>();
  let keptSqlLength = 0;
  const checks: CheckResult[] = [];
  const warnings: string[] = [];

  const endPhase = (phase: PhaseName, durationMs: number, failed: boolean) => {
    const at = open.findLastIndex((each) => each.phase === phase);
    const [begun] = open.splice(at, at < 0 ? 0 : 1);
    phases.push({ phase, startMs: begun?.startMs ?? elapsedMs() - durationMs, durationMs, failed });
  };
  const hear = (event: RunEvent) => {
    switch (event.kind) {
      case 'run-start':
        // A rehearsal contains another run.
        if (runId !== '') break;
        runId = event.runId;
        // The time before may have been spent waiting for a person's answer.
        startedAt = new Date();
        started = performance.now();
        break;
      case 'phase-start':
        open.push({ phase: event.phase, startMs: elapsedMs() });
        break;
      case 'phase-end':
        endPhase(event.phase, event.durationMs, false);
        break;
      case 'phase-failed':
        endPhase(event.phase, event.durationMs, true);
        break;
      case 'waiting': {
        const { waitingFor, holder, attempt } = event;
        const waitedMs = Math.round(event.waitedMs);
        // One wait is reported once per attempt.
        if (attempt > 1 && waits.at(-1)?.waitingFor === waitingFor) waits.pop();
        waits.push({ waitingFor, holder, startMs: Math.max(0, elapsedMs() - waitedMs), waitedMs });
        break;
      }
      case 'check':
        checks.push(event.result);
        break;
      case 'step': {
        // A step that met a lock is run again.
        const before = steps.get(stepKey(event.step));
        if (before !== undefined) keptSqlLength -= sqlLength(before);
        steps.delete(stepKey(event.step));
        const step = withSqlOf(event.step, maxSqlLength - keptSqlLength);
        keptSqlLength += sqlLength(step);
        steps.set(stepKey(step), step);
        break;
      }
      case 'warning':
        warnings.push(event.message);
        break;
      case 'fact': {
        // If the engine died in a commit that succeeded, the run reads again, and finds its own changes.
        const { current = event.fact.current, held = event.fact.held } = facts;
        const first = { ...(current !== undefined && { current }), ...(held !== undefined && { held }) };
        facts = { ...facts, ...event.fact, ...first };
        break;
      }
      case 'progress':
      case 'engine-started':
      case 'engine-output':
      case 'note':
        break;
    }
  };
  return {
    observe(event) {
      hear(event);
      next(event);
    },
    elapsedMs,
    told: () => ({
      runId,
      startedAt,
      wentUnderLock: phases.some(({ phase, failed }) => phase === 'lock' && !failed),
      committed: phases.some(({ phase, failed }) => phase === 'commit' && !failed),
      phases: phases.toSorted((one, other) => one.startMs - other.startMs),
      waits,
      steps: [...steps.values()],
      checks,
      warnings,
      facts,
    }),
  };
}

function stepKey({ direction, id }: RanStep): string {
  return `${direction} ${id}`;
}

function sqlLength(step: RanStep): number {
  return step.sql.reduce((sum, { sql }) => sum + sql.length, 0);
}

/** The step with as much of its SQL as fits. */
function withSqlOf(step: RanStep, room: number): RanStep {
  let left = room;
  const fits = step.sql.findIndex(({ sql }) => {
    left -= sql.length;
    return left < 0;
  });
  if (fits === -1) return step;
  const out = step.sql.slice(fits).reduce((sum, { times }) => sum + times, 0);
  return { ...step, sql: step.sql.slice(0, fits), sqlLeftOut: step.sqlLeftOut + out };
}
