/** What was measured, in a file beside the page, so that a part can be measured again without the others. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import Database from 'better-sqlite3';
import type { GrowthFigures } from './growth.ts';
import type { JobFigures, MemoryFigures } from './job.ts';
import type { PeerTimes } from './peers.ts';
import type { RestoreFigures } from './restore.ts';
import type { GraphTimes } from './starts.ts';

export interface Figures {
  readonly peers: PeerTimes;
  readonly starts: GraphTimes;
  readonly job: JobFigures;
  readonly memory: MemoryFigures;
  readonly restore: RestoreFigures;
  readonly growth: GrowthFigures;
}

export type Part = keyof Figures;

/** One thing that was measured at one time. */
export interface Cell<P extends Part> {
  /** What it is among those of its part; measured again, it takes the place of what was there. */
  readonly key: string;
  readonly surroundings: Surroundings;
  readonly figures: Figures[P];
}

export type Measured = { readonly [P in Part]: readonly Cell<P>[] };

export interface Surroundings {
  readonly date: string;
  readonly drydock: string;
  readonly machine: string;
  readonly versions: string;
  /** Processes that wanted to run, on the average of the last minute. */
  readonly load: string;
}

const nothing: Measured = { peers: [], starts: [], job: [], memory: [], restore: [], growth: [] };

export function readMeasured(path: string): Measured {
  return existsSync(path) ? { ...nothing, ...JSON.parse(readFileSync(path, 'utf8')) } : nothing;
}

/** At once: what was measured before a benchmark is stopped is not lost. */
export function keep<P extends Part>(path: string, part: P, key: string, figures: Figures[P]): void {
  const measured = readMeasured(path);
  const cell: Cell<P> = { key, surroundings: surroundings(), figures };
  const others = measured[part].filter((other) => other.key !== key);
  writeFileSync(path, `${JSON.stringify({ ...measured, [part]: [...others, cell] }, rounded, 1)}\n`);
}

/** A thousandth of a millisecond is nothing that was measured. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 1000) / 1000 : value;
}

function surroundings(): Surroundings {
  const db = new Database(':memory:');
  const sqlite = db.prepare('SELECT sqlite_version()').pluck().get();
  db.close();
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const shell = execFileSync('sqlite3', ['--version'], { encoding: 'utf8' }).split(' ')[0];
  const [cpu] = os.cpus();
  return {
    date: new Date().toISOString().slice(0, 10),
    drydock: `Drydock ${version}${commit()}`,
    machine: `${os.availableParallelism()} × ${cpu?.model.trim() ?? 'unknown'}, ${Math.round(os.totalmem() / 1e9)} GB of memory, ${os.type()} ${os.release()}`,
    versions: `Node ${process.versions.node}, SQLite ${sqlite}; the script's \`sqlite3\` is ${shell}, with its defaults`,
    load: os.loadavg()[0]?.toFixed(1) ?? 'unknown',
  };
}

/** The last one that changed the code that is measured; none where this is no clone. */
function commit(): string {
  try {
    const cwd = new URL('..', import.meta.url);
    const log = ['log', '-1', '--format= (%h)', '--', 'src', 'ops/build.ts', 'package-lock.json'];
    return execFileSync('git', log, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trimEnd();
  } catch {
    return '';
  }
}
