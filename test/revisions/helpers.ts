import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import { DrydockError, type ErrorCode } from '../../src/errors.ts';
import type { SqlPort } from '../../src/revisions/applied-tables.ts';
import { checksum } from '../../src/revisions/checksum.ts';
import type { Revision } from '../../src/revisions/revision.ts';

/** Runs `work`, which must fail with a DrydockError of this code whose words match each pattern, and gives the error. */
export function failsWith(code: ErrorCode, patterns: readonly RegExp[], work: () => unknown): DrydockError {
  let thrown: unknown;
  try {
    work();
  } catch (error) {
    thrown = error;
  }
  assert.ok(thrown instanceof DrydockError, `expected a DrydockError, got ${String(thrown)}`);
  assert.equal(thrown.code, code);
  for (const pattern of patterns) assert.match(thrown.what, pattern);
  assert.ok(thrown.next, 'the error says what to do next');
  return thrown;
}

/** A revision without statements, for tests of the graph. */
export function revisionOf(id: string, ...revises: string[]): Revision {
  return {
    id,
    revises,
    message: id,
    path: `/migrations/${id}.sql`,
    checksum: checksum(id),
    transaction: true,
    expect: { up: [], down: [] },
    body: { kind: 'sql', up: [], down: [] },
  };
}

export interface TestDatabase {
  readonly port: SqlPort;
  exec(sql: string): void;
}

/** An empty database in memory, real SQLite. */
export function openDatabase(): TestDatabase {
  const database = new Database(':memory:');
  return {
    exec: (sql) => database.exec(sql),
    port: {
      all: (sql, ...params) => database.prepare(sql).all(...params),
      run: (sql, ...params) => {
        database.prepare(sql).run(...params);
      },
    },
  };
}
