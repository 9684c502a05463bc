/** The whole job: snapshot, change, checks, commit. Drydock beside the script that an operator would write. */
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Database from 'better-sqlite3';
import { baseRevision, generateDatabase } from './generate.ts';
import { measureMemory, type PeakMemory, runProcess } from './processes.ts';

export const journalModes = ['delete', 'wal'] as const;
export type JournalMode = (typeof journalModes)[number];

export const changeSql = `ALTER TABLE comments ADD COLUMN engagement_score FLOAT;
UPDATE comments SET engagement_score = coalesce(likes, 0) * (1 + coalesce(sentiment_score, 0));
CREATE INDEX idx_comments_engagement ON comments (engagement_score);
`;

const operatorScript = fileURLToPath(new URL('operator.sh', import.meta.url));

export interface Phase {
  readonly phase: string;
  readonly durationMs: number;
}

export interface JobTimes {
  /** Milliseconds, one for each round. */
  readonly drydock: readonly number[];
  readonly operator: readonly number[];
  /** Of Drydock's last round. */
  readonly phases: readonly Phase[];
}

/** A generated database of one size, from which each run gets a fresh copy. */
export class JobSite {
  readonly comments: number;
  readonly bytes: number;
  readonly #folder: string;
  readonly #drydock: string;

  /** @param drydock The command's JavaScript file. */
  constructor(folder: string, drydock: string, megabytes: number) {
    this.#folder = folder;
    this.#drydock = drydock;
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(join(folder, 'migrations'), { recursive: true });
    writeFileSync(join(folder, 'change.sql'), changeSql);
    writeFileSync(
      join(folder, 'migrations', 'b1.sql'),
      `-- revision: ${baseRevision}\n-- migrate:up\n-- migrate:down\n`,
    );
    writeFileSync(
      join(folder, 'migrations', 'b2.sql'),
      `-- revision: b2_engagement_score\n-- revises: ${baseRevision}\n-- migrate:up\n${changeSql}-- migrate:down\n`,
    );
    this.comments = generateDatabase(this.#base, megabytes);
    const db = new Database(this.#base, { readonly: true });
    this.bytes = Number(db.pragma('page_count', { simple: true })) * Number(db.pragma('page_size', { simple: true }));
    db.close();
  }

  /** The two alternate, so that whatever else the machine does falls on both. */
  async time(mode: JournalMode, rounds: number): Promise<JobTimes> {
    const drydock: number[] = [];
    const operator: number[] = [];
    let phases: readonly Phase[] = [];
    for (let round = 0; round < rounds; round += 1) {
      await this.#freshCopy(mode);
      const run = await runProcess(process.execPath, this.#drydockArguments());
      drydock.push(run.milliseconds);
      phases = JSON.parse(run.stdout).phases;
      this.#assertDone();

      await this.#freshCopy(mode);
      operator.push(
        (await runProcess('sh', [operatorScript, this.#live, join(this.#folder, 'change.sql')])).milliseconds,
      );
      this.#assertDone();
    }
    return { drydock, operator, phases };
  }

  async memory(mode: JournalMode): Promise<PeakMemory> {
    await this.#freshCopy(mode);
    const peak = await measureMemory(process.execPath, this.#drydockArguments());
    this.#assertDone();
    return peak;
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #base(): string {
    return join(this.#folder, 'base.db');
  }

  get #liveFolder(): string {
    return join(this.#folder, 'live');
  }

  get #live(): string {
    return join(this.#liveFolder, 'comments.db');
  }

  #drydockArguments(): string[] {
    return [
      this.#drydock,
      'upgrade',
      '--database',
      this.#live,
      '--migrations',
      join(this.#folder, 'migrations'),
      '--json',
    ];
  }

  async #freshCopy(mode: JournalMode): Promise<void> {
    rmSync(this.#liveFolder, { recursive: true, force: true });
    mkdirSync(this.#liveFolder);
    copyFileSync(this.#base, this.#live);
    const db = new Database(this.#live);
    db.pragma(`journal_mode = ${mode}`);
    db.close();
    // What was just written must not be on its way to the disk while the clock runs.
    await runProcess('sync', []);
  }

  #assertDone(): void {
    const db = new Database(this.#live, { readonly: true });
    const filled = db.prepare('SELECT count(engagement_score) FROM comments').pluck().get();
    db.close();
    if (filled !== this.comments) throw new Error(`the job left ${filled} of ${this.comments} rows filled`);
  }
}
