/**
 * `1 row`, `1,234 rows`. Without `toLocaleString`, which creates a formatter each time: 0.1 ms for each of hundreds of
 * tables.
 */
export function counted(count: number, noun: string): string {
  return `${String(count).replace(/\B(?=(?:\d{3})+$)/g, ',')} ${noun}${count === 1 ? '' : 's'}`;
}

/** The number of violations of a constraint: SQLite reports them per row, or per full-text index. */
export function countedBroken(constraint: string, count: number): string {
  return counted(count, constraint.startsWith('malformed inverted index ') ? 'finding' : 'row');
}
