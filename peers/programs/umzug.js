/**
 * https://github.com/sequelize/umzug: SQL files through a resolver, and a storage of one table, both as its README has
 * them; Sequelize's own SQLite driver is left out. `node umzug.js DATABASE MIGRATIONS`
 */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import Database from 'better-sqlite3';
import { Umzug } from 'umzug';

const [, , filename, directory] = process.argv;
const umzug = new Umzug({
  migrations: {
    glob: ['*.sql', { cwd: directory }],
    resolve: ({ name, path, context }) => ({ name, up: async () => context.exec(readFileSync(path, 'utf8')) }),
  },
  context: new Database(filename),
  storage: {
    async executed({ context }) {
      context.exec('CREATE TABLE IF NOT EXISTS umzug_migrations (name TEXT)');
      return context.prepare('SELECT name FROM umzug_migrations ORDER BY name').pluck().all();
    },
    async logMigration({ name, context }) {
      context.prepare('INSERT INTO umzug_migrations (name) VALUES (?)').run(basename(name));
    },
    async unlogMigration({ name, context }) {
      context.prepare('DELETE FROM umzug_migrations WHERE name = ?').run(basename(name));
    },
  },
  logger: undefined,
});
await umzug.up();
