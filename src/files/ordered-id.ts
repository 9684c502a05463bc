/** Ids that sort by time of creation: a timestamp, and the beginning of the id of the run that made the file. */

/**
 * @param runId Hex; its first eight digits distinguish two ids of the same millisecond.
 * @param newest The new id sorts after this one, even if that was made while the clock was ahead.
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
  // Not a valid date, so not an id of ours.
  return Number.isNaN(time) ? 0 : time;
}
