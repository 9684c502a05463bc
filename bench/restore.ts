/** `drydock snapshot restore` beside cp and fsync, and beside the same job done by hand. */
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stepsIn } from './job.ts';
import { runProcess } from './processes.ts';
import { type JournalMode, type Phase, type Site, settle } from './site.ts';

const scriptByHand = fileURLToPath(new URL('restore.sh', import.meta.url));

export interface RestoreFigures {
  readonly mode: JournalMode;
  readonly bytes: number;
  /** Milliseconds, one for each round. */
  readonly drydock: readonly number[];
  readonly plain: readonly number[];
  readonly careful: readonly number[];
  /** Of Drydock's last round: milliseconds from the start to each of these. */
  readonly milestones: readonly Phase[];
  /** Of the last careful round. */
  readonly steps: readonly Phase[];
}

/** The three in turn, each after the same change to the live file. */
export async function timeRestore(site: Site, mode: JournalMode, rounds: number): Promise<RestoreFigures> {
  await site.freshCopy(mode);
  const original = contentOf(site);
  const created = await runProcess(process.execPath, site.command('snapshot', 'create', '--json'));
  const snapshot: string = JSON.parse(created.stdout).path;
  await runProcess('sh', ['-c', 'sha256sum "$0" > "$0.sha256"', snapshot]);

  const timed = async (command: string, args: readonly string[]) => {
    await change(site, mode);
    const startedAt = Date.now();
    const finished = await runProcess(command, args);
    if (contentOf(site) !== original) throw new Error(`${command} ${args.join(' ')} did not put it back`);
    return { ...finished, startedAt };
  };
  const drydock: number[] = [];
  const plain: number[] = [];
  const careful: number[] = [];
  let milestones: readonly Phase[] = [];
  let steps: readonly Phase[] = [];
  for (let round = 0; round < rounds; round += 1) {
    plain.push((await timed('sh', [scriptByHand, 'plain', snapshot, site.live])).milliseconds);

    const byHand = await timed('sh', [scriptByHand, 'careful', snapshot, site.live]);
    careful.push(byHand.milliseconds);
    steps = stepsIn(byHand.stdout);
    rmSync(`${site.live}.replaced`);

    const own = await timed(process.execPath, site.command('snapshot', 'restore', 'latest', '--yes', '--json'));
    drydock.push(own.milliseconds);
    milestones = [...milestonesIn(own.stderr, own.startedAt), { phase: 'end', durationMs: own.milliseconds }];
    // The next round replaces the same content, and would find it stored.
    const { kept } = JSON.parse(own.stdout);
    for (const file of [kept, kept.replace(/db$/, 'json')]) rmSync(file);
  }
  return { mode, bytes: site.bytes(), drydock, plain, careful, milestones, steps };
}

/** Every tenth row. */
async function change(site: Site, mode: JournalMode): Promise<void> {
  site.open((db) => {
    db.pragma(`journal_mode = ${mode}`);
    db.exec('UPDATE comments SET likes = likes + 1 WHERE rowid % 10 = 0');
  });
  await settle();
}

function contentOf(site: Site): unknown {
  return site.open((db) => db.prepare("SELECT count(*) || ' ' || sum(likes) FROM comments").pluck().get());
}

interface LogLine {
  readonly time: string;
  readonly phase?: string;
  readonly task?: string;
  readonly done?: number;
  readonly total?: number;
}

/** From the log of a restore. */
function milestonesIn(log: string, startedAt: number): Phase[] {
  const lines = log
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as LogLine);
  const reached = (phase: string, fits: (line: LogLine) => boolean) => {
    const line = lines.find(fits);
    return line === undefined ? [] : [{ phase, durationMs: Date.parse(line.time) - startedAt }];
  };
  const whole = ({ done, total }: LogLine) => done === total;
  return [
    ...reached('the snapshot is proven', ({ phase }) => phase === 'inspect'),
    ...reached('what it replaces is copied', (line) => line.task === 'snapshot' && whole(line)),
    ...reached('the first pages are back', ({ task }) => task === 'restore'),
    ...reached('the last page is back', (line) => line.task === 'restore' && whole(line)),
  ].sort((one, other) => one.durationMs - other.durationMs);
}
