/** What the quick and the long tests of this subject share. */
import Database from 'better-sqlite3';
import { historyTableSql } from '../../src/revisions/applied-tables.ts';
import { itemsAt001, type Place } from '../harness/place.ts';

export const withHistory = `${itemsAt001}\n${historyTableSql};`;

export const emptied = /items lost 2,000 rows/;

export function query(here: Place, sql: string): unknown[] {
  const db = new Database(here.database, { readonly: true });
  try {
    return db.prepare(sql).raw().all();
  } finally {
    db.close();
  }
}
