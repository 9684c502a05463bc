/**
 * `1 row`, `1,234 rows`. Without `toLocaleString`, which makes a formatter each time: a tenth of a millisecond for each
 * of hundreds of tables.
 */
export function counted(count: number, noun: string): string {
  return `${String(count).replace(/\B(?=(?:\d{3})+$)/g, ',')} ${noun}${count === 1 ? '' : 's'}`;
}

/** How often SQLite said that a constraint is broken, which it says of a row, or of a full-text index as a whole. */
export function countedBroken(constraint: string, count: number): string {
  return counted(count, constraint.startsWith('malformed inverted index ') ? 'finding' : 'row');
}
