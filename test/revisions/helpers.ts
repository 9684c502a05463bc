import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import { DrydockError, type ErrorCode } from '../../src/errors.ts';
import type { AppliedPort } from '../../src/revisions/applied-tables.ts';
import { checksum } from '../../src/revisions/files/checksum.ts';
import { buildGraph, type RevisionGraph } from '../../src/revisions/graph/graph.ts';
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
    dependsOn: [],
    branchLabels: [],
    message: id,
    path: `/migrations/${id}.sql`,
    checksum: checksum(id),
    transaction: true,
    expect: { up: [], down: [] },
    body: { kind: 'sql', up: [], down: [] },
  };
}

/** A revision from one line: `m1 < b1 c1 & x1 # label`, for what it revises, depends on, and calls its branch. */
export function revisionLike(line: string): Revision {
  const part = (sign: string) => new RegExp(`${sign}([^<&#]*)`).exec(line)?.[1]?.trim().split(' ') ?? [];
  const [id = ''] = line.split(' ');
  return { ...revisionOf(id, ...part('<')), dependsOn: part('&'), branchLabels: part('#') };
}

/** The graph of revisions each written as {@link revisionLike} reads them. */
export function graphOf(...lines: readonly string[]): RevisionGraph {
  return buildGraph(lines.map(revisionLike));
}

/** The graphs that every table of cases is about. */
export const graphs = {
  linear: graphOf('001_first', '002_second < 001_first', '003_third < 002_second', '0031_fix < 003_third'),
  fork: graphOf('a1', 'b1 < a1', 'c1 < a1'),
  merge: graphOf('a1', 'b1 < a1', 'c1 < a1', 'm1 < b1 c1'),
  /** Two branches with labels, of unequal length. */
  labels: graphOf('a1', 'b1 < a1 # left', 'b2 < b1', 'c1 < a1 # right', 'c2 < c1', 'c3 < c2'),
  /** Two bases, the second branch of which needs something of the first. */
  depends: graphOf('a1 # main', 'a2 < a1', 'a3 < a2', 'x1 # extra', 'x2 < x1 & a2', 'x3 < x2'),
  /** A branch whose head another branch depends on. */
  needed: graphOf('a1 # main', 'a2 < a1', 'x1 & a2 # extra'),
  empty: graphOf(),
} as const;

export interface TestDatabase {
  readonly port: AppliedPort;
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
