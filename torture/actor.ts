/**
 * Somebody beside the runs: `node actor.ts <role> <database> <seed>`. Tells on stdout, a line of JSON each, what it was
 * told by SQLite, until its input ends.
 */
import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { randomFrom } from './random.ts';

const [role = '', path = '', seed = ''] = process.argv.slice(2);
const chance = randomFrom(`${role} ${seed}`);
let stopped = false;
process.stdin.on('end', () => {
  stopped = true;
});
process.stdin.resume();

function tell(line: Readonly<Record<string, unknown>>): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** What a busy database, a schema in the middle of a change of another process and a stopped runner are answered with. */
const isBusy = (error: unknown) => /database is locked|database table is locked|database schema/i.test(String(error));

function connect(): Database.Database {
  const db = new Database(path, { fileMustExist: true, timeout: 120_000 });
  // What is acknowledged here must survive: the writer itself must not be the one who loses it.
  db.pragma('synchronous = FULL');
  db.pragma('busy_timeout = 50');
  return db;
}

const pause = () => setTimeout(chance() * 40);

const roles: Readonly<Record<string, () => Promise<void>>> = {
  /** Commits numbered rows and tells each that was acknowledged. */
  async writer() {
    const db = connect();
    for (let n = 1; !stopped; await pause()) {
      try {
        db.transaction(() => {
          db.prepare('INSERT INTO written (writer, n) VALUES (?, ?)').run(seed, n);
          db.prepare('UPDATE counts SET n = ? WHERE writer = ?').run(n, seed);
        }).immediate();
        tell({ acknowledged: n });
        n += 1;
      } catch (error) {
        if (!isBusy(error)) throw error;
      }
    }
    db.close();
  },

  /** Reads twice in one transaction, with time in between: a generation is wholly the one or wholly the other. */
  async reader() {
    const db = connect();
    for (; !stopped; await pause()) {
      try {
        db.exec('BEGIN');
        const first = look(db);
        await setTimeout(chance() * 700);
        const second = look(db);
        db.exec('COMMIT');
        tell({ first, second });
      } catch (error) {
        if (!isBusy(error)) throw error;
        if (db.inTransaction) db.exec('ROLLBACK');
      }
    }
    db.close();
  },

  async checkpointer() {
    const db = connect();
    const sorts = ['PASSIVE', 'FULL', 'RESTART', 'TRUNCATE'];
    for (; !stopped; await setTimeout(chance() * 200)) {
      try {
        db.pragma(`wal_checkpoint(${sorts[Math.floor(chance() * sorts.length)]})`);
      } catch (error) {
        if (!isBusy(error)) throw error;
      }
    }
    db.close();
  },

  async vacuum() {
    const db = connect();
    for (; !stopped; await setTimeout(500 + chance() * 1500)) {
      try {
        db.exec('VACUUM');
      } catch (error) {
        if (!isBusy(error)) throw error;
      }
    }
    db.close();
  },
};

/** Every row of `mixture` has the number of the newest revision, and so has alembic_version. */
function look(db: Database.Database): readonly unknown[] {
  return [
    db.prepare('SELECT group_concat(version_num) FROM alembic_version').pluck().get(),
    db.prepare('SELECT group_concat(generation) FROM (SELECT DISTINCT generation FROM mixture)').pluck().get(),
  ];
}

await roles[role]?.();
