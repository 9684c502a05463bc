/** Figures as the page says them. */

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const pair = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return ((pair[0] ?? Number.NaN) + (pair[1] ?? Number.NaN)) / 2;
}

export function quotient(values: readonly number[], base: readonly number[]): number {
  return median(values) / median(base);
}

export function ratio(values: readonly number[], base: readonly number[]): string {
  return quotient(values, base).toFixed(2);
}

export function ms(milliseconds: number): string {
  return `${milliseconds.toFixed(0)} ms`;
}

export function seconds(milliseconds: number): string {
  return `${inSeconds(milliseconds)} s`;
}

/** For a table whose head says what it is in. */
export function inSeconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(1);
}

/** Millions of bytes, as databases are sized here. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

/** An aim is a number that is not to be passed. */
export function verdict(value: number, limit: number): string {
  return value <= limit ? 'met' : `missed by ${((value / limit - 1) * 100).toFixed(0)} %`;
}

/** Of several figures with one aim: how many keep it, and how far off the worst is. */
export function verdictOfAll(values: readonly number[], limit: number): string {
  const met = values.filter((value) => value <= limit).length;
  if (met === values.length) return 'met';
  const [best, worst] = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(2));
  const how = met === 0 ? `missed in all ${values.length}` : `met in ${met} of ${values.length}, missed in the others`;
  return `${how}: from ${best} to ${worst}`;
}

export function table(
  head: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  align: readonly string[],
): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${align.join('|')}|`, ...rows.map(line)].join('\n');
}
