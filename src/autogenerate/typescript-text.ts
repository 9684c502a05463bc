/** Pieces of a TypeScript file. */

/** A value as a literal. */
export function literal(value: string | number): string {
  if (typeof value === 'number') return String(value);
  // The reader of revision headers does not accept numeric escapes and needs none: only these characters end or change a
  // string.
  const escaped = value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n').replaceAll('\r', '\\r');
  return `'${escaped}'`;
}

/** SQL as a template literal, so that it stays readable over several lines. */
export function template(sql: string): string {
  const escaped = sql.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${').replaceAll('\r', '\\r');
  return `\`${escaped}\``;
}

/** An object literal of the entries that have a value; undefined if there are none. */
export function objectOf(entries: readonly (readonly [key: string, code: string | undefined])[]): string | undefined {
  const given = entries.flatMap(([key, code]) => (code === undefined ? [] : [`${key}: ${code}`]));
  return given.length === 0 ? undefined : `{ ${given.join(', ')} }`;
}

/** A call with the arguments that are given. */
export function callCode(name: string, ...codes: readonly (string | undefined)[]): string {
  return `${name}(${codes.filter((code) => code !== undefined).join(', ')})`;
}
