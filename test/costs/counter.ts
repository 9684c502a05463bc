/**
 * Loaded into every process and thread of a command (NODE_OPTIONS), before its own code: writes down what it loads and what it
 * asks of SQLite, a line each, at once, since an engine is killed when it is no longer needed.
 */
import fs from 'node:fs';
import { createRequire, registerHooks, syncBuiltinESMExports } from 'node:module';
import type { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';
import type Database from 'better-sqlite3';

export type Event = readonly ['process' | 'thread' | 'file' | 'builtin' | 'statement', string];

const log = process.env['COSTS_LOG'] ?? '';
const { appendFileSync, readFileSync } = fs;
const tell = (...event: Event) => appendFileSync(log, `${JSON.stringify(event)}\n`);

// Both libraries are there before anything is counted, so that nobody pays for them here.
const require = createRequire(import.meta.url);
const library: typeof Database = require('better-sqlite3');
const emitWarning = process.emitWarning;
process.emitWarning = () => undefined;
const builtin: { DatabaseSync: typeof DatabaseSync } = require('node:sqlite');
process.emitWarning = emitWarning;

tell(isMainThread ? 'process' : 'thread', process.argv[1] ?? '');

registerHooks({
  load(url, context, next) {
    if (url.startsWith('node:')) tell('builtin', url);
    else if (url.startsWith('file:')) tell('file', fileURLToPath(url));
    return next(url, context);
  },
});

// The published start is no module: it is read, and run with the code that was kept of it.
fs.readFileSync = ((path: fs.PathOrFileDescriptor, ...others: never[]) => {
  if (typeof path === 'string') tell('file', path);
  return readFileSync(path, ...others);
}) as typeof readFileSync;
syncBuiltinESMExports();

for (const { prototype } of [library, builtin.DatabaseSync]) {
  for (const name of ['prepare', 'exec', 'pragma']) {
    const original = Reflect.get(prototype, name);
    if (original === undefined) continue;
    Reflect.set(prototype, name, function (this: unknown, sql: string, ...others: unknown[]) {
      tell('statement', name === 'pragma' ? `PRAGMA ${sql}` : sql);
      return original.call(this, sql, ...others);
    });
  }
}
