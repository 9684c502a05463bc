/** A place as a user has it: config, revisions and database in their folders, and every command run from its root. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { layoutFor } from '../../src/files/layout.ts';
import { listSnapshots } from '../../src/snapshots/catalog.ts';
import { drydock, type Options, type Result } from './drydock.ts';
import { copyOfMade, createDatabase, type JournalMode, sqlRevision, testFolder } from './files.ts';

export interface Place {
  readonly root: string;
  readonly database: string;
  /** The folder of the database. */
  readonly data: string;
  readonly migrations: string;
  readonly snapshots: string;
  readonly journal: string;
  run(args: readonly string[], options?: Options): Promise<Result>;
}

export const itemsSql = `
  CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT NOT NULL, price REAL);
  CREATE INDEX items_name ON items (name);
  INSERT INTO items (name, price)
    WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
    SELECT 'item ' || i, i / 10.0 FROM n;
`;

/** At 001_items, as Alembic leaves it. */
export const itemsAt001 = `${itemsSql}
  CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
  INSERT INTO alembic_version VALUES ('001_items');
`;

export const addStock = 'ALTER TABLE items ADD COLUMN stock INTEGER NOT NULL DEFAULT 0;';

/** 001_items and 002_stock. */
export const itemsRevisions: Readonly<Record<string, string>> = {
  '001_items.sql': sqlRevision('001_items', undefined, itemsSql, '-- expect: rows items dropped\nDROP TABLE items;'),
  '002_stock.sql': sqlRevision('002_stock', '001_items', addStock, 'ALTER TABLE items DROP COLUMN stock;'),
};

export interface PlaceOptions {
  /** Where it is to stand; a folder of the test unless given. */
  readonly root?: string;
  readonly mode?: JournalMode;
  /** SQL of the database; null for none. */
  readonly sql?: string | null;
  readonly revisions?: Readonly<Record<string, string>>;
  /** Lines behind `database:` and `migrations:` in the config. */
  readonly config?: string;
}

export function place(t: TestContext, options: PlaceOptions = {}): Place {
  return makePlace(options.root ?? testFolder(t), options);
}

export function makePlace(root: string, options: PlaceOptions = {}): Place {
  const { mode = 'delete', sql = itemsAt001, revisions = itemsRevisions, config = '' } = options;
  const data = join(root, 'data');
  const migrations = join(root, 'migrations');
  for (const folder of [data, migrations, join(root, 'config')]) mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(revisions)) writeFileSync(join(migrations, name), text);
  writeFileSync(join(root, 'config/drydock.yaml'), `database: ../data/app.db\nmigrations: ../migrations\n${config}`);
  if (sql !== null) createDatabase(join(data, 'app.db'), mode, sql);
  return placeAt(root);
}

/** A place that is there already. */
export function placeAt(root: string): Place {
  const data = join(root, 'data');
  const database = join(data, 'app.db');
  return {
    root,
    database,
    data,
    migrations: join(root, 'migrations'),
    snapshots: `${database}.snapshots`,
    journal: join(`${database}.drydock`, 'run.json'),
    run: (args, runOptions = {}) => drydock(args, { cwd: root, ...runOptions }),
  };
}

/** A place of which a person has taken a snapshot. */
export async function placeWithSnapshot(t: TestContext, mode: JournalMode = 'delete'): Promise<Place> {
  const root = await copyOfMade(t, `place with a snapshot ${mode}`, async (original) =>
    assert.equal((await makePlace(original, { mode }).run(['snapshot', 'create'])).code, 0),
  );
  return placeAt(root);
}

export interface Listed {
  readonly id: string;
  readonly reason: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly integrity: string;
  readonly revision: readonly string[];
}

/** What the manifests tell, oldest first. */
export async function listed({ database }: Pick<Place, 'database'>): Promise<readonly Listed[]> {
  return listSnapshots(layoutFor({ database })).map(({ manifest }) => manifest);
}
