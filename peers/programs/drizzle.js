/** https://orm.drizzle.team/docs/migrations, option 4: `node drizzle.js DATABASE MIGRATIONS` */
import Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { migrate } from 'drizzle-orm/better-sqlite3/migrator';

const [, , filename, migrationsFolder] = process.argv;
migrate(drizzle(new Database(filename)), { migrationsFolder });
