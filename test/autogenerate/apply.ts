/** Runs planned revisions as the engine would: each statement through the guarded port, inside a transaction. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type Database from 'better-sqlite3';
import type { ChangePlan } from '../../src/autogenerate/plan-changes.ts';
import { renderModuleRevision } from '../../src/autogenerate/render-module.ts';
import { isInSql, renderSqlRevision } from '../../src/autogenerate/render-sql.ts';
import type { TableRename } from '../../src/checks/measurement.ts';
import { guardedPort } from '../../src/engine/guarded-port.ts';
import { followWrites } from '../../src/engine/written-set.ts';
import { createOperations, type Operations } from '../../src/operations/operations.ts';
import type { SqlPort } from '../../src/operations/sql-port.ts';
import { parseModuleRevision } from '../../src/revisions/files/module-file.ts';
import { parseSqlRevision } from '../../src/revisions/files/sql-file.ts';
import type { Direction } from '../../src/revisions/revision.ts';
import { compareSchemas } from '../../src/schema/compare/compare.ts';
import { isMild } from '../../src/schema/compare/difference.ts';
import { databaseOf, schemaOn } from '../schema/database.ts';

const header = { revision: 'generated', revises: ['before'], message: 'what changed' };

/**
 * Applies a plan up and down, in both forms where it has both, and compares what comes of it.
 * @param from Script of the schema that it starts from.
 * @param to Script of the schema that it is to make.
 * @returns Whether it could be a `.sql` revision.
 */
export async function assertPlanWorks(plan: ChangePlan, from: string, to: string): Promise<boolean> {
  const isSql = isInSql(plan);
  const module = renderModuleRevision(header, plan);
  const revisions = [{ text: module, apply: await moduleRevision(module) }];
  if (isSql) {
    const text = renderSqlRevision(header, plan);
    revisions.push({ text, apply: sqlRevision(text) });
  } else {
    assert.throws(() => renderSqlRevision(header, plan), /--ts/);
  }
  for (const { text, apply } of revisions) {
    const db = databaseOf(from);
    apply(db, 'up');
    assertMadeBy(to, db, `after the upgrade:\n${text}`);
    apply(db, 'down');
    assertMadeBy(from, db, `after the downgrade:\n${text}`);
    db.close();
  }
  return isSql;
}

function assertMadeBy(script: string, db: Database.Database, what: string): void {
  const wanted = databaseOf(script);
  const left = compareSchemas(schemaOn(db), schemaOn(wanted)).filter((difference) => !isMild(difference));
  wanted.close();
  assert.deepEqual(
    left.map(({ sentence }) => sentence),
    [],
    what,
  );
}

/** @returns The tables that were renamed. */
type Apply = (db: Database.Database, direction: Direction) => readonly TableRename[];

export function sqlRevision(text: string): Apply {
  const { body } = parseSqlRevision(text, 'revision.sql');
  return (db, direction) => {
    return inTransaction(db, (port) => {
      for (const { sql } of body.kind === 'sql' ? body[direction] : []) port.run(sql);
    });
  };
}

export async function moduleRevision(text: string): Promise<Apply> {
  parseModuleRevision(text, 'revision.ts');
  // A file of its own each time, because Node keeps what it has imported.
  const folder = mkdtempSync(join(tmpdir(), 'drydock-autogenerate-'));
  const file = join(folder, 'revision.ts');
  writeFileSync(file, text);
  const module: Record<'upgrade' | 'downgrade', (op: Operations) => void> = await import(pathToFileURL(file).href);
  rmSync(folder, { recursive: true });
  return (db, direction) => {
    return inTransaction(db, (port) => {
      const op = createOperations(port);
      if (direction === 'up') module.upgrade(op);
      else module.downgrade(op);
    });
  };
}

function inTransaction(db: Database.Database, work: (port: SqlPort) => void): readonly TableRename[] {
  db.exec('BEGIN IMMEDIATE');
  const writes = followWrites(db);
  work(guardedPort(db, 'transaction', 'test', { mayWrite: writes.note, undone: writes.forget }));
  const { renames } = writes.endStep();
  db.exec('COMMIT');
  return renames;
}
