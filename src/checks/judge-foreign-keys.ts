import { describeNumber, plural } from '../format.ts';
import type { FormerNames } from './former-names.ts';
import type { CheckResult, ForeignKeyPair, ForeignKeyViolations } from './measurement.ts';

/** Accepts orphan rows that were there before, even if a table was renamed; a run must not add any. */
export function judgeForeignKeys(
  before: ForeignKeyViolations,
  after: ForeignKeyViolations,
  formerly: FormerNames,
): CheckResult[] {
  const names = new Map([...before.pairs, ...after.pairs].map((pair) => [nameOf(pair), pair]));
  const results = [
    ...[...names.values()].map((pair) => judgePair(pair, before, after, formerly)),
    ...after.unusable.map(({ fault }) => judgeUnusable(fault, before.unusable)),
  ];
  return results.length > 0 ? results : [result('database', true, 0, 0, 'no row refers to a missing row')];
}

function judgePair(
  pair: ForeignKeyPair,
  before: ForeignKeyViolations,
  after: ForeignKeyViolations,
  formerly: FormerNames,
): CheckResult {
  const { table, parent } = pair;
  const known = rowsOf(before, [table], [parent]);
  const old = known === 0 ? rowsOf(before, formerly(table), formerly(parent)) : known;
  const now = rowsOf(after, [table], [parent]);
  const orphans = `${plural(now, `row of ${table} refers`, `rows of ${table} refer`)} to a row of ${parent} that does not exist (${describeNumber(old)} before)`;
  if (now > old) return result(nameOf(pair), false, old, now, orphans);

  // If the pair had other names, only the numbers can be compared.
  const [stranger] = known === 0 ? [] : newKeys(pair, before, after);
  if (stranger === undefined) return result(nameOf(pair), true, old, now, orphans);
  const rowid = stranger.slice(table.length + 1, -parent.length - 1);
  return result(nameOf(pair), false, old, now, `${orphans}, and the one with rowid ${rowid} is new`);
}

/** The orphan rows of one pair that were not there before; empty if either list is incomplete. */
function newKeys({ table, parent }: ForeignKeyPair, before: ForeignKeyViolations, after: ForeignKeyViolations) {
  if (!before.complete || !after.complete) return [];
  const known = new Set(before.keys);
  return after.keys.filter((key) => key.startsWith(`${table}|`) && key.endsWith(`|${parent}`) && !known.has(key));
}

function judgeUnusable(fault: string, before: ForeignKeyViolations['unusable']): CheckResult {
  const old = before.some((known) => known.fault === fault);
  const message = old
    ? `a foreign key could not be checked, as before: ${fault}`
    : `a foreign key cannot work, since the columns that it refers to are not a unique key: ${fault}`;
  return result('database', old, old ? 1 : 0, 1, message);
}

function rowsOf({ pairs }: ForeignKeyViolations, tables: readonly string[], parents: readonly string[]): number {
  return pairs
    .filter(({ table, parent }) => tables.includes(table) && parents.includes(parent))
    .reduce((sum, { rows }) => sum + rows, 0);
}

function nameOf({ table, parent }: ForeignKeyPair): string {
  return `${table} -> ${parent}`;
}

function result(subject: string, ok: boolean, before: number, after: number, message: string): CheckResult {
  return { check: 'foreign keys', subject, ok, before, after, message };
}
