/** Names compared as SQLite compares them: it ignores the case of ASCII letters only. */

/** The names of the rowid in any table, unless a column has that name. https://sqlite.org/lang_createtable.html#rowid */
export const rowidNames: readonly string[] = ['rowid', '_rowid_', 'oid'];

/** The same for every spelling of a name, for use as a key. */
export function foldName(name: string): string {
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Whether SQLite treats two names as equal. */
export function sameName(one: string, other: string): boolean {
  return foldName(one) === foldName(other);
}

/** Whether a list contains a name, as SQLite compares names. */
export function includesName(names: readonly string[], name: string): boolean {
  return names.some((other) => sameName(other, name));
}
