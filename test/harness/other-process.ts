import Database from 'better-sqlite3';

const [path = '', timeout = '0'] = process.argv.slice(2);
const db = new Database(path, { fileMustExist: true, timeout: Number(timeout) });

process.on('message', (sql: string) => {
  try {
    const statement = db.prepare(sql);
    process.send?.({ rows: statement.reader ? statement.all() : [statement.run().changes] });
  } catch (error) {
    process.send?.({ error: String(error) });
  }
});
process.send?.('ready');
