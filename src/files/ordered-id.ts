/** Ids of files that are told apart by when they came about: a time, and the beginning of the id of the run that made them. */

/**
 * @param runId Hex; its first eight digits keep two of one millisecond apart.
 * @param newest Behind which it must sort, also where that one is of a clock that was ahead: what came last must be the last.
 */
export function orderedId(now: Date, runId: string, newest: string | undefined): string {
  const at = new Date(newest === undefined ? now : Math.max(now.getTime(), timeOf(newest) + 1));
  return `${at.toISOString().replace(/[-:.]/g, '')}-${runId.replaceAll('-', '').slice(0, 8)}`;
}

/** Milliseconds since the epoch. */
function timeOf(id: string): number {
  const [, ...parts] = /^(....)(..)(..)T(..)(..)(..)(...)Z/.exec(id) ?? [];
  const [year, month, day, hour, minute, second, millisecond] = parts;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${millisecond}Z`);
  // No day of any calendar, and no id of ours.
  return Number.isNaN(time) ? 0 : time;
}
