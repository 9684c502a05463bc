/** Changes a database as fast as it can, in every way that moves its end: it grows, shrinks, is vacuumed and checkpointed. */
import Database from 'better-sqlite3';

const [path = '', pageSize = '4096', mode = 'delete'] = process.argv.slice(2);
const db = new Database(path, { timeout: 5000 });
db.pragma(`page_size = ${pageSize}`);
db.pragma('auto_vacuum = INCREMENTAL');
db.pragma(`journal_mode = ${mode}`);
db.pragma('synchronous = NORMAL');
// Transactions that do not fit spill into the main file and make a journal of several segments.
db.pragma('cache_size = 20');
db.exec(`CREATE TABLE IF NOT EXISTS wild (id INTEGER PRIMARY KEY, text);
  CREATE VIEW IF NOT EXISTS numbers AS WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 2000) SELECT i FROM n`);

const works: readonly (() => unknown)[] = [
  () => db.exec('INSERT INTO wild (text) SELECT hex(randomblob(abs(random()) % 4000)) FROM numbers WHERE i <= 200'),
  () => db.exec('INSERT INTO wild (text) SELECT hex(randomblob(30)) FROM numbers'),
  () => db.exec('UPDATE wild SET text = hex(randomblob(500)) WHERE id % 3 = 0'),
  () => db.exec('DELETE FROM wild WHERE id % 2 = abs(random()) % 2'),
  () => db.exec('DELETE FROM wild'),
  () => db.exec('PRAGMA incremental_vacuum'),
  () => db.exec('VACUUM'),
  () => db.pragma('wal_checkpoint(PASSIVE)'),
  () => db.pragma('wal_checkpoint(TRUNCATE)'),
];

process.on('disconnect', () => process.exit(0));
process.send?.('ready');
for (;;) {
  works[Math.floor(Math.random() * works.length)]?.();
  if (Math.random() < 0.05) await new Promise(setImmediate);
}
