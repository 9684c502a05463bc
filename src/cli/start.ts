/**
 * The start of the published command. Nearly every start of a container is an `upgrade` that finds nothing pending, and
 * this answers it with a fraction of the code of the whole command line. Everything else is left to that, which starts
 * from scratch: so this may give up at any point, and must print what the command line would have printed.
 */
import { statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadConfig } from '../config/config.ts';
import { renderNothingPending } from '../report/nothing-pending.ts';
import { loadGraphToRun } from '../revisions/load-graph.ts';
import { atTarget } from '../run/fast-path.ts';
import { runScript } from './code-cache.ts';
import { hideExperimentalWarnings } from './experimental-warnings.ts';
import { renderOutput } from './print.ts';

hideExperimentalWarnings();
// The whole command line finds every error again, and reports it.
answerAtOnce(process.argv.slice(2)).then(
  (answered) => answered || wholeCommandLine(),
  () => wholeCommandLine(),
);

function wholeCommandLine(): void {
  runScript(join(__dirname, 'cli.cjs'));
}

/** @returns Whether it was answered. */
async function answerAtOnce([verb, ...args]: readonly string[]): Promise<boolean> {
  if (verb !== 'upgrade') return false;
  const { values: flags, positionals } = parseUpgrade(args);
  if (positionals.length > 1 || (positionals[0] ?? 'head') !== 'head') return false;
  const config = await loadConfig({ cwd: process.cwd(), env: process.env, flags });
  // On a first install something is certainly pending, and the run reads it itself.
  if (statSync(config.database).size === 0) return false;
  const graphOf = (recorded: ReadonlySet<string>) => loadGraphToRun(config, recorded);
  const answer = atTarget(config.database, graphOf, { verb, target: 'head' });
  // A database at base may have been emptied, which takes more code to find out.
  if (answer === undefined || answer.from.length === 0) return false;
  const text = renderNothingPending(answer.database, answer.to);
  say(renderOutput(verb, { data: { ...answer }, text }, flags.json ? 'json' : 'text'));
  return true;
}

/** Avoids `process.stdout`, for which Node loads its streams and network modules. */
function say(text: string): void {
  const bytes = Buffer.from(text, 'utf8');
  const written = writeSync(1, bytes);
  if (written < bytes.length) process.stdout.write(bytes.subarray(written));
}

/** @throws {TypeError} for a flag that is not among these. */
function parseUpgrade(args: string[]) {
  return parseArgs({
    args,
    allowPositionals: true,
    options: {
      config: { type: 'string' },
      database: { type: 'string' },
      migrations: { type: 'string' },
      json: { type: 'boolean' },
    },
  });
}
