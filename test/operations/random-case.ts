/** One case of the property: a random schema with rows, and random operations on it, each checked and undone. */
import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import { DrydockError } from '../../src/errors.ts';
import { Choices } from './choices.ts';
import { operationsOn } from './database.ts';
import type { ColumnInfo, RandomOperation } from './random-context.ts';
import { userTables } from './random-context.ts';
import { randomOperation } from './random-operation.ts';
import { randomScript } from './random-schema.ts';
import type { State } from './unchanged.ts';
import { assertOnlyEffect, meaning, stateOf } from './unchanged.ts';

/** What became of the operations of the cases, so that a test can tell that it tried something. */
export interface Tally {
  done: number;
  undone: number;
  refused: number;
}

/** @throws {Error} With the whole script and the operations up to the one that went wrong. */
export function runCase(schema: readonly number[], operations: readonly (readonly number[])[], tally: Tally): void {
  const log: string[] = [];
  const db = new Database(':memory:');
  try {
    db.pragma('foreign_keys = OFF');
    for (const sql of randomScript(new Choices(schema))) if (succeeds(db, sql)) log.push(`${sql};`);
    db.exec('BEGIN IMMEDIATE');
    for (const numbers of userTables(db).length === 0 ? [] : operations) {
      const operation = randomOperation(new Choices(numbers), db);
      log.push(`-- ${operation.title}`);
      tryOperation(db, operation, tally);
    }
  } catch (error) {
    throw new Error(`${String(error)}\n\n${log.join('\n')}\n`, { cause: error });
  } finally {
    db.close();
  }
}

function tryOperation(db: Database.Database, operation: RandomOperation, tally: Tally): void {
  const { run, inverse, effect } = operation;
  const op = operationsOn(db);
  const before = stateOf(db);
  try {
    run(op);
  } catch (error) {
    assertRefusal(error);
    tally.refused += 1;
    assert.deepEqual(stateOf(db), before, 'a refused operation left something behind');
    return;
  }
  tally.done += 1;
  assertSound(db);
  const after = stateOf(db);
  assertOnlyEffect(before, after, effect);
  assertAchieved(db, before, after, operation);
  if (inverse === undefined) return;
  if (!inverts(() => inverse(op))) return;
  tally.undone += 1;
  assertSound(db);
  assertSameState(stateOf(db), before, effect.rowids);
}

function assertAchieved(db: Database.Database, before: State, after: State, operation: RandomOperation): void {
  const { achieved, effect } = operation;
  if (achieved === undefined) {
    assert.notDeepEqual(after.objects, before.objects, 'nothing changed');
    return;
  }
  const sql = 'SELECT * FROM pragma_table_xinfo(?) WHERE name = ?';
  const column = db.prepare<string[], ColumnInfo>(sql).get(effect.table, effect.columns[0] ?? '');
  assert.ok(column !== undefined && achieved(column), `not achieved: ${JSON.stringify(column)}`);
}

/** A foreign key that pointed nowhere may have come to need what the operation made. */
function inverts(inverse: () => void): boolean {
  try {
    inverse();
    return true;
  } catch (error) {
    assert.match(String(error), /foreign key mismatch/);
    return false;
  }
}

/** SQLite's own words are good enough where they name the thing. */
function assertRefusal(error: unknown): void {
  if (error instanceof DrydockError) {
    assert.equal(error.code, 'REVISION_FAILED');
    assert.doesNotMatch(
      error.message,
      /SQL logic error|changed more of the schema|into something else|read the new CREATE/,
    );
    return;
  }
  assert.match(String(error), /SqliteError/);
  assert.doesNotMatch(String(error), /SQL logic error/);
}

function assertSound(db: Database.Database): void {
  assert.deepEqual(db.pragma('integrity_check'), [{ integrity_check: 'ok' }]);
  assert.equal(db.pragma('legacy_alter_table', { simple: true }), 0);
  assert.ok(db.inTransaction);
}

function assertSameState(after: State, before: State, newRowids: boolean): void {
  const readable = (state: State) => state.objects.map(({ name, sql }) => [name, meaning(sql)]);
  assert.deepEqual(readable(after), readable(before), 'the inverse does not give the schema back');
  if (!newRowids) assert.deepEqual(after.values, before.values, 'the inverse does not give the values back');
  assert.deepEqual({ ...after, objects: [], values: [] }, { ...before, objects: [], values: [] });
}

function succeeds(db: Database.Database, sql: string): boolean {
  try {
    db.exec(sql);
    return true;
  } catch {
    return false;
  }
}
