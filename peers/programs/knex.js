/** https://knexjs.org/guide/migrations.html#migration-api: `node knex.js DATABASE MIGRATIONS` */
import knex from 'knex';

const [, , filename, directory] = process.argv;
const db = knex({
  client: 'better-sqlite3',
  connection: { filename },
  useNullAsDefault: true,
  migrations: { directory },
});
try {
  await db.migrate.latest();
} finally {
  await db.destroy();
}
