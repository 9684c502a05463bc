/** A generated database of one size, from which each run gets a fresh copy. */
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { baseRevision, commentsIn, generateDatabase, type TableCount } from './generate.ts';
import { type Job, type JobKind, jobKinds, jobs } from './jobs.ts';
import { type PeakMemory, runProcess, runWatched } from './processes.ts';

export const journalModes = ['delete', 'wal'] as const;
export type JournalMode = (typeof journalModes)[number];

export interface Phase {
  readonly phase: string;
  readonly durationMs: number;
}

export interface DrydockRun {
  readonly milliseconds: number;
  readonly cpu: number;
  readonly phases: readonly Phase[];
  readonly peak: PeakMemory;
}

export class Site {
  readonly megabytes: number;
  /** In a folder of its own, with everything that Drydock puts beside it. */
  readonly live: string;
  readonly folder: string;
  readonly #directory: string;
  readonly #drydock: string;

  /**
   * @param directory Keeps what was generated for the next time.
   * @param drydock The command's JavaScript file.
   */
  constructor(directory: string, drydock: string, megabytes: number) {
    this.megabytes = megabytes;
    this.#drydock = drydock;
    this.#directory = directory;
    this.folder = join(directory, 'live');
    this.live = join(this.folder, 'comments.db');
  }

  bytes(tables: TableCount = 1): number {
    return statSync(this.#base(tables)).size;
  }

  /** Made once. */
  #base(tables: TableCount): string {
    const path = join(this.#directory, `base-${this.megabytes}${tables === 1 ? '' : `-in-${tables}`}.db`);
    if (existsSync(path)) return path;
    mkdirSync(this.#directory, { recursive: true });
    const unfinished = `${path}.new`;
    rmSync(unfinished, { force: true });
    generateDatabase(unfinished, this.megabytes, tables);
    renameSync(unfinished, path);
    return path;
  }

  async freshCopy(mode: JournalMode, tables: TableCount = 1): Promise<void> {
    this.remove();
    mkdirSync(join(this.folder, 'migrations'), { recursive: true });
    writeFileSync(join(this.folder, 'package.json'), '{"type": "module"}');
    writeFileSync(
      join(this.folder, 'migrations', 'b1.sql'),
      `-- revision: ${baseRevision}\n-- migrate:up\n-- migrate:down\n`,
    );
    copyFileSync(this.#base(tables), this.live);
    this.open((db) => db.pragma(`journal_mode = ${mode}`));
    await settle();
  }

  /** On a fresh copy. */
  async upgrade(kind: JobKind, mode: JournalMode): Promise<DrydockRun> {
    const job: Job = jobs[kind];
    await this.freshCopy(mode, job.tables);
    writeFileSync(join(this.folder, 'migrations', `b2.${job.revision.extension}`), job.revision.text);
    const { milliseconds, stdout, peak, cpu } = await runWatched(process.execPath, this.command('upgrade', '--json'));
    this.requireDone(kind);
    return { milliseconds, cpu, phases: JSON.parse(stdout).phases, peak };
  }

  command(...args: readonly string[]): string[] {
    return [this.#drydock, ...args, '--database', this.live, '--migrations', join(this.folder, 'migrations')];
  }

  /** @throws {Error} where a run has not done what it said: that must not be taken for a fast one. */
  requireDone(kind: JobKind): void {
    const job: Job = jobs[kind];
    if (!this.open((db) => job.isDone(db, commentsIn(this.megabytes / job.tables))))
      throw new Error(`the job was not done: ${job.title}`);
  }

  open<T>(use: (db: Database.Database) => T): T {
    const db = new Database(this.live, { fileMustExist: true });
    try {
      return use(db);
    } finally {
      db.close();
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What was just written must not be on its way to the disk while the clock runs. */
export async function settle(): Promise<void> {
  await runProcess('sync', []);
}

/** Size by size, in each by the kind of job, in each by the journal mode. */
export function byJob<T extends { readonly kind: JobKind; readonly mode: JournalMode; readonly bytes: number }>(
  one: T,
  other: T,
): number {
  return (
    one.bytes - other.bytes ||
    jobKinds.indexOf(one.kind) - jobKinds.indexOf(other.kind) ||
    one.mode.localeCompare(other.mode)
  );
}
