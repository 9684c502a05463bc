/** A database of some megabytes on a volume that a test can fill. */
import type { TestContext } from 'node:test';
import { type Running, startDrydock } from './drydock.ts';
import { dumpWithVersion } from './dump.ts';
import { type JournalMode, sqlRevision } from './files.ts';
import { itemsRevisions, type Place, place } from './place.ts';
import { type SmallVolume, smallVolume } from './volumes.ts';

export const megabyte = 1024 * 1024;

/** About 2 MB at 001, and twice that at 002: every row and more pages are written. */
const bigSql = `
  CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT NOT NULL, price REAL);
  INSERT INTO items (name, price)
    WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
    SELECT 'item ' || i || printf('%.1000c', 'x'), i / 10.0 FROM n;
  CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
  INSERT INTO alembic_version VALUES ('001_items');
`;
const grow = "UPDATE items SET name = name || printf('%.1000c', 'y');";
const revisions = { ...itemsRevisions, '002_stock.sql': sqlRevision('002_stock', '001_items', grow) };

export interface Full {
  readonly here: Place;
  start(args: readonly string[], pauseAt: string): Running;
  readonly volume: SmallVolume;
  readonly old: string;
}

export function fullPlace(t: TestContext, mode: JournalMode): Full {
  const volume = smallVolume(t, 32 * megabyte);
  const here = place(t, { root: volume.path, mode, sql: bigSql, revisions });
  return {
    here,
    volume,
    old: dumpWithVersion(here.database),
    start(args, pauseAt) {
      const running = startDrydock(args, { cwd: here.root, pauseAt });
      volume.usedBy(running.process);
      return running;
    },
  };
}
