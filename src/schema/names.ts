/** Names as SQLite compares them: it folds the case of ASCII letters and of no others. */

/** How a column of any table may be called that is its rowid, unless one is so called itself. https://sqlite.org/lang_createtable.html#rowid */
export const rowidNames: readonly string[] = ['rowid', '_rowid_', 'oid'];

/** A name under which all its spellings are one, for use as a key. */
export function foldName(name: string): string {
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Whether SQLite takes two names for the same. */
export function sameName(one: string, other: string): boolean {
  return foldName(one) === foldName(other);
}

/** Whether a list of names holds one that SQLite takes for the same. */
export function includesName(names: readonly string[], name: string): boolean {
  return names.some((other) => sameName(other, name));
}
