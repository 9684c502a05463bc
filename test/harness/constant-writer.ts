import { setImmediate } from 'node:timers/promises';
import Database from 'better-sqlite3';

const [path = ''] = process.argv.slice(2);
const db = new Database(path, { fileMustExist: true, timeout: 100 });
// What is acknowledged here must survive: the writer itself must not be the one who loses it.
db.pragma('synchronous = FULL');
let stopped = false;
process.on('message', () => {
  stopped = true;
});
process.on('disconnect', () => process.exit(0));

for (let id = 1; !stopped; ) {
  try {
    db.prepare('INSERT INTO written (id) VALUES (?)').run(id);
    process.send?.(id);
    id += 1;
  } catch (error) {
    if (!/locked|busy/i.test(String(error))) throw error;
  }
  await setImmediate();
}
db.close();
process.disconnect?.();
