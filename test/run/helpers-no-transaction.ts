/** Revisions with `transaction: false`: those that change no content, and those that do. */
import assert from 'node:assert/strict';
import Database from 'better-sqlite3';
import { productionDatabase, revisionFolder, sqlRevision } from '../harness/files.ts';
import type { Staging } from '../harness/kill.ts';

const base = { '002.sql': sqlRevision('002_weighted_sentiment', undefined, 'SELECT 1;', 'SELECT 1;') };

/** The production database at 002, and these revisions behind it. */
export function stagingOf(name: string, revisions: Readonly<Record<string, string>>): Staging {
  const staging: Staging = async (folder, mode) => ({
    database: productionDatabase(folder, mode),
    command: ['upgrade'],
    migrations: revisionFolder(folder, { ...base, ...revisions }),
  });
  // References are kept by this name.
  Object.defineProperty(staging, 'name', { value: name });
  return staging;
}

/** One revision that changes no content. */
export function maintenance(sql: string, down = ''): Staging {
  return stagingOf(sql, { '003.sql': noTransaction('003_maintenance', '002_weighted_sentiment', sql, down) });
}

/** What changes content stands before, behind and between what does not. */
export const mixed = stagingOf('mixed', {
  '003.sql': sqlRevision('003_before', '002_weighted_sentiment', 'ALTER TABLE comments ADD COLUMN before_it TEXT;'),
  '004.sql': noTransaction('004_vacuum', '003_before', 'VACUUM;'),
  '005.sql': sqlRevision('005_behind', '004_vacuum', 'ALTER TABLE comments ADD COLUMN behind_it TEXT;'),
});

export const contentStatements = [
  'CREATE TABLE platforms (name TEXT PRIMARY KEY, comments INTEGER NOT NULL);',
  'INSERT INTO platforms SELECT platform, count(*) FROM comments WHERE platform IS NOT NULL GROUP BY platform;',
  "UPDATE comments SET username = 'nobody' WHERE username IS NULL;",
];

/** One that changes content outside a transaction, between two ordinary ones. */
export const contentWithoutTransaction = stagingOf('content', {
  '003.sql': sqlRevision('003_before', '002_weighted_sentiment', 'ALTER TABLE comments ADD COLUMN before_it TEXT;'),
  '004.sql': noTransaction('004_platforms', '003_before', contentStatements.join('\n')),
  '005.sql': sqlRevision('005_behind', '004_platforms', 'ALTER TABLE comments ADD COLUMN behind_it TEXT;'),
});

/** The same statements in a module. */
export const moduleWithoutTransaction = stagingOf('module', {
  '003.ts': noTransactionModule('003_platforms', '002_weighted_sentiment', contentStatements),
});

export function noTransactionModule(id: string, revises: string, statements: readonly string[]): string {
  return `
    export const revision = '${id}';
    export const revises = '${revises}';
    export const transaction = false;
    export function upgrade(op) {
      ${statements.map((sql) => `op.execute(${JSON.stringify(sql)});`).join('\n      ')}
    }
    export function downgrade(op) {
      op.dropTable('platforms');
    }
  `;
}

export function noTransaction(id: string, revises: string, up: string, down = ''): string {
  return sqlRevision(id, revises, up, down, '-- transaction: false');
}

export function pragma(database: string, name: string): unknown {
  const db = new Database(database, { fileMustExist: true, timeout: 5000 });
  try {
    const value: unknown = db.pragma(name, { simple: true });
    assert.ok(value !== undefined);
    return value;
  } finally {
    db.close();
  }
}
