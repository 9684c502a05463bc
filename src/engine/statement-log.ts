/** Collects the SQL that a step runs, up to a limit, and reports it when the step has ended, even if it failed. */
import { plural } from '../format.ts';
import type { PortListener } from './guarded-port.ts';
import type { EngineStep, RanStatement, RanStep, Reply, StepReport, TimedStep } from './protocol.ts';

/** Limits for one step: entries (runs of the same statement), and characters of each. */
const maxEntries = 200;
const maxLength = 2_000;

/** @param run Runs the step with a listener that observes its port. */
export async function runTold(
  step: EngineStep,
  listener: PortListener,
  run: (listener: PortListener) => Promise<TimedStep>,
  tell: (reply: Reply) => void,
): Promise<StepReport> {
  const startedAt = new Date();
  const started = performance.now();
  const kept = keptStatements();
  const tellStep = (timed: TimedStep, failed: boolean): StepReport => {
    const { sql, leftOut } = kept.result();
    const report = { ...timed, statements: kept.count() };
    const ran: RanStep = { ...report, path: step.path, failed, sql, sqlLeftOut: leftOut };
    tell({ kind: 'step', step: ran });
    return report;
  };
  try {
    const undone = (count: number) => {
      listener.undone?.(count);
      kept.undone(count);
    };
    return tellStep(await run({ ...listener, ran: kept.ran, undone }), false);
  } catch (error) {
    const { id, direction } = step;
    const durationMs = Math.round(performance.now() - started);
    tellStep({ id, direction, startedAt: startedAt.toISOString(), durationMs }, true);
    throw error;
  }
}

/** Keeps the first statements of a step, repetitions as one entry, and counts the rest. */
export function keptStatements() {
  const entries: { readonly sql: string; times: number }[] = [];
  /** The whole text of the last entry, which may be long; `entries` hold only the beginning. */
  let last: string | undefined;
  let told = 0;
  /** How many of the `told` statements are in `entries`. */
  let kept = 0;
  return {
    ran(sql: string): void {
      told += 1;
      if (kept < told - 1) return;
      const entry = entries.at(-1);
      if (entry !== undefined && sql === last) entry.times += 1;
      else if (entries.length < maxEntries) entries.push({ sql: cut(sql), times: 1 });
      else return;
      last = sql;
      kept += 1;
    },
    /** The last `count` statements were rolled back, and the step went on. */
    undone(count: number): void {
      told -= count;
      while (kept > told) {
        const entry = entries.at(-1);
        if (entry === undefined) break;
        const gone = Math.min(entry.times, kept - told);
        entry.times -= gone;
        kept -= gone;
        if (entry.times > 0) continue;
        entries.pop();
        last = undefined;
      }
    },
    count: () => told,
    result: (): { readonly sql: readonly RanStatement[]; readonly leftOut: number } => ({
      sql: entries,
      leftOut: told - kept,
    }),
  };
}

function cut(sql: string): string {
  const left = sql.length - maxLength;
  if (left <= 0) return sql;
  // A copy, since a slice would keep the whole string in memory.
  const beginning = Buffer.from(sql.slice(0, maxLength)).toString();
  return `${beginning}… (${plural(left, 'more character')})`;
}
