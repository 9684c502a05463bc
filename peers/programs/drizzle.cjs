/**
 * https://orm.drizzle.team/docs/migrations, option 4: `node drizzle.cjs DATABASE MIGRATIONS`. As CommonJS, since drizzle-orm's
 * ES modules take four times as long to load.
 */
const Database = require('better-sqlite3');
const { drizzle } = require('drizzle-orm/better-sqlite3');
const { migrate } = require('drizzle-orm/better-sqlite3/migrator');

const [, , filename, migrationsFolder] = process.argv;
migrate(drizzle(new Database(filename)), { migrationsFolder });
