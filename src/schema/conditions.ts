/** Conditions over many columns: SQLite refuses an expression that is nested a thousand deep, as a long chain of ANDs is. */

/** @param conditions At least one, each of which may stand beside an AND. */
export function everyOf(conditions: readonly string[]): string {
  return balanced(conditions, 'AND');
}

/** @param conditions At least one. */
export function anyOf(conditions: readonly string[]): string {
  return balanced(conditions, 'OR');
}

function balanced(conditions: readonly string[], operator: 'AND' | 'OR'): string {
  if (conditions.length <= 8) return conditions.join(` ${operator} `);
  const middle = Math.ceil(conditions.length / 2);
  const halves = [conditions.slice(0, middle), conditions.slice(middle)];
  return halves.map((half) => `(${balanced(half, operator)})`).join(` ${operator} `);
}
