/** Another program in the middle of a write: `node hold.js DATABASE MILLISECONDS` says when it holds the lock. */
import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';

const [, , filename, milliseconds] = process.argv;
const db = new Database(filename);
db.exec('BEGIN IMMEDIATE');
db.exec("INSERT INTO written (by) VALUES ('another program')");
process.stdout.write('held\n');
await setTimeout(Number(milliseconds));
db.exec('COMMIT');
db.close();
