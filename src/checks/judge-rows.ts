import { invariant } from '../errors.ts';
import { describeNumber, plural } from '../format.ts';
import { expectationText } from '../revisions/expectation-text.ts';
import type { Direction, Expectation, RevisionBody } from '../revisions/revision.ts';
import { foldName } from '../schema/names.ts';
import { renamesThatKeep, type Tables, tablesAtStart, withRenames, withRows } from './follow-tables.ts';
import type { CheckResult, Measurement, StepLeft, TableRename } from './measurement.ts';

/** What all revisions of a run together announce about one table. */
interface Announced {
  /** As a revision spells it. */
  readonly table: string;
  /** The sum of the announced numbers; undefined if there are none. */
  readonly change: number | undefined;
  readonly fewer: boolean;
  readonly dropped: boolean;
}

type Rows = Measurement['rows'];
type Verdict = Pick<CheckResult, 'ok' | 'message'>;

/** One revision of a run. */
export interface JudgedStep {
  readonly id: string;
  readonly direction: Direction;
  readonly format: RevisionBody['kind'];
  /** What it announces, in its direction. */
  readonly expectations: readonly Expectation[];
}

/**
 * One result per table, by name: the tables of either side, and those that only an announcement names. Each revision is
 * judged by its own announcements alone, as in a run of its own. A table that was renamed is compared with what it was.
 *
 * @param steps In the order in which they ran. @param left What each of them left.
 */
export function judgeRows(
  before: Rows,
  after: Rows,
  steps: readonly JudgedStep[],
  left: readonly StepLeft[],
): CheckResult[] {
  invariant(left.length === steps.length, `${left.length} revisions were followed, and ${steps.length} ran`);
  const tell = (step: JudgedStep | undefined, message: string) =>
    steps.length > 1 ? `revision ${step?.id}: ${message}` : message;
  const failed = new Map<string, string>();
  let known = tablesAtStart(before);
  for (const [index, { rows, renames: told }] of left.slice(0, -1).entries()) {
    const step = steps[index];
    const renames = renamesThatKeep(known, told);
    const from = withRenames(known, renames);
    const to = withRows(from, rows);
    for (const { key, ok, message } of judgeStep(from, to, Object.keys(rows).map(foldName), step, renames)) {
      if (!ok && !failed.has(key)) failed.set(key, tell(step, message));
    }
    known = to;
  }
  const last = steps.at(-1);
  const renames = renamesThatKeep(known, left.at(-1)?.renames ?? []);
  const from = withRenames(known, renames);
  const gone = Object.fromEntries([...from.values()].map(({ table }) => [table, null]));
  const to = withRows(from, { ...gone, ...after });
  const announced = addUp(steps.flatMap(({ expectations }) => expectations));
  return judgeStep(from, to, to.keys(), last, renames).flatMap(({ key, subject, ok, message }) => {
    const { atStart = null, rows = null } = to.get(key) ?? {};
    const wrong = failed.get(key) ?? (ok ? undefined : tell(last, message));
    // A revision created it, and a later one dropped it.
    if (wrong === undefined && atStart === null && rows === null && !announced.has(key)) return [];
    const right = steps.length > 1 ? judgeTable(subject, atStart, rows, announced.get(key), last).message : message;
    const numbers = { before: atStart, after: rows };
    return [{ check: 'rows', subject, ok: wrong === undefined, ...numbers, message: wrong ?? right }];
  });
}

/** Judges the tables with these keys, and those that an announcement names with a number. */
function judgeStep(
  before: Tables,
  after: Tables,
  keys: Iterable<string>,
  step: JudgedStep | undefined,
  renames: readonly TableRename[],
) {
  const announced = addUp((step?.expectations ?? []).flatMap((expectation) => underNewName(expectation, renames)));
  const named = [...announced.values()].filter(({ change = 0 }) => change !== 0).map(({ table }) => foldName(table));
  return [...new Set([...keys, ...named])].sort().map((key) => {
    const subject = after.get(key)?.table ?? before.get(key)?.table ?? announced.get(key)?.table ?? key;
    const [rowsBefore, rowsAfter] = [before.get(key)?.rows ?? null, after.get(key)?.rows ?? null];
    return { key, subject, ...judgeTable(subject, rowsBefore, rowsAfter, announced.get(key), step) };
  });
}

/** An announcement may use the name before the revision. That a table is dropped is not said of one that only has another name. */
function underNewName(expectation: Expectation, renames: readonly TableRename[]): Expectation[] {
  if (!('rows' in expectation)) return [];
  const key = foldName(expectation.table);
  const rename = renames.find(({ from }) => foldName(from) === key);
  if (rename === undefined || renames.some(({ to }) => foldName(to) === key)) return [expectation];
  return expectation.rows === 'dropped' ? [] : [{ ...expectation, table: rename.to }];
}

function judgeTable(
  table: string,
  before: number | null,
  after: number | null,
  announced: Announced | undefined,
  step: JudgedStep | undefined,
): Verdict {
  if (announced?.change !== undefined && !announced.fewer && !announced.dropped) {
    return judgeAnnouncedChange(table, before, after, announced.change);
  }
  if (before === null) return { ok: true, message: `${table} is new, with ${plural(after ?? 0, 'row')}` };
  const isAnnounced = announced?.dropped === true || (announced?.fewer === true && after !== null);
  const lost = after === null ? before > 0 : after < before;
  const text =
    after === null ? `${table} is gone (${plural(before, 'row')} before)` : `${table} ${changeText(before, after)}`;
  if (!lost) return { ok: true, message: text };
  if (isAnnounced) return { ok: true, message: `${text}, as a revision announced` };
  const rows = after === null ? 'dropped' : after - before;
  const line = expectationText({ table, rows }, step?.format ?? 'sql', step?.direction ?? 'up');
  return {
    ok: false,
    message: `${text}, which is not announced; if that is intended, add \`${line}\` to the revision`,
  };
}

/** An announced number is a promise: the table exists and changed by exactly that many rows. */
function judgeAnnouncedChange(table: string, before: number | null, after: number | null, change: number): Verdict {
  const announced = `the revision announces ${signed(change)}`;
  if (after === null) {
    if (before === null) return { ok: change === 0, message: `there is no table ${table}, but ${announced} for it` };
    return {
      ok: before === 0 && change === 0,
      message: `${table} is gone (${plural(before, 'row')} before), but ${announced}`,
    };
  }
  const text = before === null ? `is new, with ${plural(after, 'row')}` : changeText(before, after);
  const ok = after - (before ?? 0) === change;
  return { ok, message: ok ? `${table} ${text}, as announced` : `${table} ${text}, but ${announced}` };
}

function addUp(expectations: readonly Expectation[]): Map<string, Announced> {
  const sums = new Map<string, Announced>();
  for (const { table, rows } of expectations.filter((expectation) => 'rows' in expectation)) {
    const sum = sums.get(foldName(table)) ?? { table, change: undefined, fewer: false, dropped: false };
    sums.set(foldName(table), {
      table: sum.table,
      change: typeof rows === 'number' ? (sum.change ?? 0) + rows : sum.change,
      fewer: sum.fewer || rows === 'fewer',
      dropped: sum.dropped || rows === 'dropped',
    });
  }
  return sums;
}

/** `lost 10 rows (609 before, 599 after)`. */
function changeText(before: number, after: number): string {
  if (after === before) return `has ${plural(after, 'row')}, as before`;
  const numbers = `(${describeNumber(before)} before, ${describeNumber(after)} after)`;
  return `${after < before ? 'lost' : 'gained'} ${plural(Math.abs(after - before), 'row')} ${numbers}`;
}

function signed(change: number): string {
  return change > 0 ? `+${change}` : String(change);
}
