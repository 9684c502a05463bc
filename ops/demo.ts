/**
 * `npm start`: one whole run, to be looked at. Builds the example database where it is missing and upgrades it with the
 * real command, as a person would from a shell.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';

const projectRoot = fileURLToPath(new URL('..', import.meta.url));
const fixture = 'test/fixtures/et_intelligence.sql';
const database = 'data/et_intelligence.db';
// The flags go before any DRYDOCK_* variable, which may name a database that is not an example.
const command = ['upgrade', 'head', '--config', 'config/drydock.yaml', '--database', database];

process.chdir(projectRoot);
if (existsSync(database)) {
  say(
    `${database} is there already; to start afresh, remove ${database}, ${database}.drydock and ${database}.snapshots.`,
  );
} else {
  buildDatabase();
  say(`Built ${database} from ${fixture}: 609 comments, at revision 002_weighted_sentiment.`);
}
say(`Now this runs (the log goes to stderr, the report to stdout):\n\n  drydock ${command.join(' ')}\n`);

const run = spawn(process.execPath, [join('src', 'cli', 'main.ts'), ...command], { stdio: 'inherit' });
const [exitCode] = await once(run, 'exit');
say(`\ndrydock ended with exit code ${exitCode}. To look further: npm run drydock -- history`);
process.exitCode = exitCode ?? 1;

/** Under another name first: a build that is interrupted must not be taken for the example. */
function buildDatabase(): void {
  mkdirSync('data', { recursive: true });
  const unfinished = `${database}.new`;
  rmSync(unfinished, { force: true });
  const db = new Database(unfinished);
  try {
    db.exec(readFileSync(fixture, 'utf8'));
  } finally {
    db.close();
  }
  renameSync(unfinished, database);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
