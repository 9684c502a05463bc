/** A place as a user has it: config, revisions and database in their folders, and every command run from its root. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { drydock, type Options, type Result } from '../harness/drydock.ts';
import { createDatabase, type JournalMode, sqlRevision, testFolder } from '../harness/files.ts';

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
  const { mode = 'delete', sql = itemsAt001, revisions = itemsRevisions, config = '' } = options;
  const root = options.root ?? testFolder(t);
  const data = join(root, 'data');
  const migrations = join(root, 'migrations');
  for (const folder of [data, migrations, join(root, 'config')]) mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(revisions)) writeFileSync(join(migrations, name), text);
  writeFileSync(join(root, 'config/drydock.yaml'), `database: ../data/app.db\nmigrations: ../migrations\n${config}`);
  const database = join(data, 'app.db');
  if (sql !== null) createDatabase(database, mode, sql);
  return {
    root,
    database,
    data,
    migrations,
    snapshots: `${database}.snapshots`,
    journal: join(`${database}.drydock`, 'run.json'),
    run: (args, runOptions = {}) => drydock(args, { cwd: root, ...runOptions }),
  };
}

export interface Listed {
  readonly id: string;
  readonly reason: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly integrity: string;
  readonly revision: readonly string[];
}

/** What `drydock snapshot list` knows, oldest first. */
export async function listed({ run }: Pick<Place, 'run'>): Promise<readonly Listed[]> {
  const result = await run(['snapshot', 'list', '--json']);
  if (result.code !== 0) throw new Error(`snapshot list: ${result.stderr}`);
  return result.json<{ snapshots: Listed[] }>().snapshots;
}
