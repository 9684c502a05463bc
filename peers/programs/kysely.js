/** https://kysely.dev/docs/migrations: `node kysely.js DATABASE MIGRATIONS` */
import { promises as fs } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { FileMigrationProvider, Migrator } from 'kysely/migration';

const [, , filename, directory] = process.argv;
const db = new Kysely({ dialect: new SqliteDialect({ database: new Database(filename) }) });
const migrator = new Migrator({
  db,
  provider: new FileMigrationProvider({ fs, path, migrationFolder: path.resolve(directory) }),
});
const { error } = await migrator.migrateToLatest();
await db.destroy();
if (error) {
  console.error(error);
  process.exit(1);
}
