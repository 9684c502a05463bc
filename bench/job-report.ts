/** The part of the page about the whole job. */
import type { JobFigures } from './job.ts';
import { jobKinds, jobs } from './jobs.ts';
import type { Cell } from './measured.ts';
import type { Section } from './part.ts';
import { byJob, type Phase } from './site.ts';
import { inSeconds, median, megabytes, quotient, seconds, table, verdict, verdictOfAll } from './words.ts';

/** The others take milliseconds whatever the size, and are one column. */
const shownPhases = ['snapshot', 'inspect', 'migrate', 'check', 'commit', 'verify'] as const;

export function renderJob(cells: readonly Cell<'job'>[]): Section {
  const figures = cells.map((cell) => cell.figures).sort(byJob);
  const ratios = figures.map(({ drydock, script }) => quotient(drydock, script));
  const rows = figures.map(({ drydock, script, ...job }, index) => [
    ...nameOf(job),
    seconds(median(drydock)),
    seconds(median(script)),
    (ratios[index] ?? Number.NaN).toFixed(2),
    `${jobs[job.kind].aim}: ${verdict(ratios[index] ?? Number.NaN, jobs[job.kind].aim)}`,
    `${seconds(median(job.drydockCpu))} / ${seconds(median(job.scriptCpu))}`,
    drydock.length,
  ]);
  const head = [...jobHead, 'Drydock', 'Script', 'Ratio', 'At most', 'CPU', 'Rounds'];
  const text = `## The whole job

A table of comments with three indexes is changed in three ways, and one of 20 such tables in one of them, in the page cache, on fresh copies, in turn by Drydock's \`upgrade\` and by
[the script](../bench/operator.sh) that a careful operator would write: \`integrity_check\`, count, \`.backup\`, the SQL in one transaction,
\`integrity_check\`, count. Drydock checks the snapshot whole, and of the result the structure and every table that the revision could have
written ([why that is enough](decisions/0011-the-written-set.md)). It also compares foreign keys and every table's rows, hashes the snapshot,
forces everything to the disk, reads the committed database back, and holds the write lock from the snapshot to the commit.

${table(head, rows, ['---', '---', '---:', '---:', '---:', '---:', '---', '---:', '---:'])}

The medians of the rounds; *CPU* is the time of the processors, Drydock's and the script's, which says what was computed, whatever else
ran. \`op.alterColumn\` also compares every value of the new table with the old one's before that goes; the script then runs the SQL of the row above it.
The SQL:

${[jobs.fill, jobs.rebuild].map(({ title, sql }) => `\`\`\`sql\n-- ${title}\n${sql.trim()}\n\`\`\``).join('\n\n')}

### Where its time goes

Seconds of Drydock's phases in its last round. \`inspect\` proves the snapshot and goes on beside the phases after it, so that the
sum may be more than the whole; \`check\` is the \`quick_check\` of the result and the \`integrity_check\` of what was written, \`verify\` a \`quick_check\` after the commit.

${table([...jobHead, ...shownPhases, 'Others'], figures.map(phaseRow), alignOf(shownPhases.length + 1))}

And of the script's steps:

${table([...jobHead, ...stepsOf(figures)], figures.map(stepRow), alignOf(stepsOf(figures).length))}

### What bounds it

${bounds(figures)}`;
  const aims = jobKinds.flatMap((kind): [string, string][] => {
    const ofKind = ratios.filter((_, index) => figures[index]?.kind === kind);
    const { title, aim } = jobs[kind];
    return ofKind.length === 0 ? [] : [[`${title}: at most ${aim} of the script's time`, verdictOfAll(ofKind, aim)]];
  });
  return { text, aims };
}

/**
 * The result can be checked only when it is there, and the snapshot only when it was taken: with any number of cores the
 * job takes at least the copy, the SQL and one check, or the copy and the other check.
 */
function bounds(figures: readonly JobFigures[]): string {
  const checks = figures.map(({ steps, script }) => {
    const both = durationOf(steps, 'integrity_check before') + durationOf(steps, 'integrity_check after');
    return both / median(script);
  });
  const least = figures
    .filter(({ mode }) => mode === 'wal')
    .map(({ phases, script }) => {
      const changed = durationOf(phases, 'migrate') + durationOf(phases, 'check');
      return (durationOf(phases, 'snapshot') + Math.max(durationOf(phases, 'inspect'), changed)) / median(script);
    });
  const range = (of: readonly number[]) => `${Math.min(...of).toFixed(2)} to ${Math.max(...of).toFixed(2)}`;
  return `The script's two integrity checks are ${range(checks)} of its time. Drydock divides the check of the snapshot among the cores, table by
table, and makes it beside the revisions; so a database of one table gains nothing from that, and one of 20 tables most. With a rollback journal,
a statement that changes more than a little waits for that check, in \`migrate\`, since it would change the file in place. The check of
the result comes after the SQL and before the commit, on one thread: the structure of the whole file, and the tables that were
written. So the job takes at least the copy, the SQL and that check, one after the other; with the phases as measured in WAL mode, where nothing
waits, that is ${range(least)} of the script's time.`;
}

const jobHead = ['Job', 'Journal mode', 'Database'];

function nameOf({ kind, mode, bytes }: Pick<JobFigures, 'kind' | 'mode' | 'bytes'>): string[] {
  return [jobs[kind].title, mode, megabytes(bytes)];
}

function alignOf(figures: number): string[] {
  return ['---', '---', '---:', ...Array<string>(figures).fill('---:')];
}

function phaseRow(job: JobFigures): string[] {
  const shown: readonly string[] = shownPhases;
  const others = job.phases.filter(({ phase }) => !shown.includes(phase)).reduce((sum, one) => sum + one.durationMs, 0);
  return [...nameOf(job), ...[...shownPhases.map((phase) => durationOf(job.phases, phase)), others].map(inSeconds)];
}

function stepsOf(figures: readonly JobFigures[]): string[] {
  return figures[0]?.steps.map(({ phase }) => phase) ?? [];
}

function stepRow(job: JobFigures): string[] {
  return [...nameOf(job), ...job.steps.map(({ durationMs }) => inSeconds(durationMs))];
}

function durationOf(phases: readonly Phase[], name: string): number {
  return phases.filter(({ phase }) => phase === name).reduce((sum, { durationMs }) => sum + durationMs, 0);
}
