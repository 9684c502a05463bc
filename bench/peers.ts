/** The start and the trivial upgrade, beside the same of the peers. Whole processes, in alternating rounds. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { apply, copySite, newSite, read, startProcess } from '../peers/sites.ts';
import { dbmateThroughNode, drydock, type Migration, type Site, type Tool, tools } from '../peers/tools.ts';
import type { Phase } from './site.ts';

export const migrationCounts = [1, 20, 200] as const;

const peers = [
  ...tools.filter(({ name }) => ['Alembic', 'dbmate', 'knex', 'drizzle-orm', 'sqitch'].includes(name)),
  dbmateThroughNode,
];

export const peerNames = peers.map(({ name }) => name);

/**
 * @param command The command's JavaScript file.
 * @param names Of the peers that are to run beside it.
 */
function drydockAnd(command: string, names: readonly string[]): readonly [Tool, ...Tool[]] {
  const [node, , ...args] = drydock.command;
  return [{ ...drydock, command: [node, command, ...args] }, ...peers.filter(({ name }) => names.includes(name))];
}

export interface PeerTimes {
  /** Bare Node first, then Drydock. */
  readonly nothingPending: readonly Timed[];
  /** One for each of `migrationCounts`, Drydock first. */
  readonly fromScratch: readonly (readonly Timed[])[];
  /** Of Drydock with the last of `migrationCounts`: of each phase, in each round, the milliseconds; and those outside all phases. */
  readonly phases: readonly (readonly [phase: string, times: readonly number[]])[];
}

export interface Timed {
  readonly name: string;
  readonly version: string;
  /** Milliseconds, one for each round. */
  readonly times: readonly number[];
}

/** @param names Of the peers that are to run beside Drydock. */
export async function timePeers(
  command: string,
  names: readonly string[],
  folder: string,
  rounds: number,
): Promise<PeerTimes> {
  const [own, ...others] = drydockAnd(command, names);
  const nothingPending = await timeNothingPending([own, ...others], folder, rounds);
  const fromScratch = [];
  for (const count of migrationCounts) fromScratch.push(await timeFromScratch([own, ...others], folder, count, rounds));
  const phases = await timePhases(own, folder, migrationCounts.at(-1) ?? 0, rounds);
  return { nothingPending, fromScratch, phases };
}

/** The first is what bare Node costs. */
async function timeNothingPending(
  compared: readonly Tool[],
  folder: string,
  rounds: number,
): Promise<readonly Timed[]> {
  const sites = await Promise.all(
    compared.map(async (tool) => {
      const site = prepared(folder, tool, 20);
      await apply(tool, site);
      return { tool, site };
    }),
  );
  const bare = {
    name: 'node -e 0',
    version: process.versions.node,
    run: () => run([process.execPath, '-e', '0'], folder),
  };
  const others = sites.map(({ tool, site }) => ({
    name: tool.name,
    version: tool.version(),
    run: () => run(tool.command, site.folder, tool.env),
  }));
  const timed = await alternate([bare, ...others], rounds);
  rmSync(folder, { recursive: true });
  return timed;
}

/** Trivial migrations, one CREATE TABLE each, into an empty database. */
async function timeFromScratch(
  compared: readonly Tool[],
  folder: string,
  count: number,
  rounds: number,
): Promise<readonly Timed[]> {
  const runs = compared.map((tool) => {
    const base = prepared(folder, tool, count);
    return {
      name: tool.name,
      version: tool.version(),
      run: async () => {
        const site = copySite(base, join(folder, 'live'));
        // What was just written must not be on its way to the disk while the clock runs.
        await run(['sync'], folder);
        const milliseconds = await run(tool.command, site.folder, tool.env);
        requireTables(tool, site, count);
        return milliseconds;
      },
    };
  });
  const timed = await alternate(runs, rounds);
  rmSync(folder, { recursive: true });
  return timed;
}

/** Where Drydock's time goes. */
async function timePhases(
  { command }: Tool,
  folder: string,
  count: number,
  rounds: number,
): Promise<PeerTimes['phases']> {
  const base = prepared(folder, drydock, count);
  const times = new Map<string, number[]>();
  const add = (phase: string, milliseconds: number) => times.set(phase, [...(times.get(phase) ?? []), milliseconds]);
  for (let round = 0; round < rounds; round += 1) {
    const site = copySite(base, join(folder, 'live'));
    const { exitCode, output, milliseconds } = await startProcess([...command, '--json'], site.folder).ended;
    if (exitCode !== 0) throw new Error(`Drydock ended with ${exitCode}:\n${output.slice(-2000)}`);
    // The log goes before it.
    const { phases } = JSON.parse(output.trimEnd().split('\n').at(-1) ?? '');
    let inside = 0;
    for (const { phase, durationMs } of phases as readonly Phase[]) {
      add(phase, durationMs);
      inside += durationMs;
    }
    add('outside the phases', milliseconds - inside);
  }
  rmSync(folder, { recursive: true });
  return [...times];
}

function prepared(folder: string, tool: Tool, count: number): Site {
  const site = newSite(join(folder, tool.name));
  tool.write(site, trivialMigrations(count));
  return site;
}

function trivialMigrations(count: number): Migration[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `t${String(index + 1).padStart(4, '0')}`;
    return { name, up: [`CREATE TABLE ${name} (id INTEGER PRIMARY KEY, body TEXT)`], down: [`DROP TABLE ${name}`] };
  });
}

interface Run {
  readonly name: string;
  readonly version: string;
  run(): Promise<number>;
}

/** Each once a round, so that whatever else the machine does falls on all; the first round warms up and is not counted. */
async function alternate(runs: readonly Run[], rounds: number): Promise<readonly Timed[]> {
  const timed = runs.map(({ name, version }) => ({ name, version, times: [] as number[] }));
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, { run }] of runs.entries()) {
      const milliseconds = await run();
      if (round > 0) timed[index]?.times.push(milliseconds);
    }
  }
  return timed;
}

/** @throws {Error} where it does not exit with 0: a failure must not be taken for a fast run. */
async function run(command: readonly [string, ...string[]], folder: string, env = {}): Promise<number> {
  const { exitCode, output, milliseconds } = await startProcess(command, folder, env).ended;
  if (exitCode !== 0) throw new Error(`${command.join(' ')} ended with ${exitCode}:\n${output.slice(-2000)}`);
  return milliseconds;
}

function requireTables({ name }: Tool, site: Site, count: number): void {
  const made = read(site, (db) =>
    db.prepare("SELECT count(*) FROM sqlite_schema WHERE name GLOB 't[0-9]*'").pluck().get(),
  );
  if (made !== count) throw new Error(`${name} made ${made} of ${count} tables`);
}
