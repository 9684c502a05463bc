/** Writes what was measured as docs/performance.md. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import Database from 'better-sqlite3';
import type { PeakMemory } from './processes.ts';
import { type GraphTimes, revisionCounts } from './starts.ts';
import { changeSql, type JobTimes, type JournalMode } from './whole-job.ts';

export interface Results {
  /** The part of the page that `renderPeers` wrote. */
  readonly peers: string;
  readonly graphs: GraphTimes;
  readonly job: { readonly bytes: number; readonly comments: number; readonly times: readonly ModeTimes[] };
  readonly memory: readonly { readonly bytes: number; readonly mode: JournalMode; readonly peak: PeakMemory }[];
}

export interface ModeTimes {
  readonly mode: JournalMode;
  readonly times: JobTimes;
}

export function renderResults({ peers, graphs, job, memory }: Results): string {
  const size = megabytes(job.bytes);
  return `# Performance

Measured by \`npm run bench\`, which writes this page.

${environment()}

${peers}

## Many revisions

No revision is run to answer a question about them. Whole processes, ${graphs.few.length} of each, alternating.

| | Median | Fastest | Ratio of the medians |
|---|---:|---:|---:|
| \`drydock current\`, ${revisionCounts.few} revisions | ${ms(median(graphs.few))} | ${ms(Math.min(...graphs.few))} | 1 |
| \`drydock current\`, ${revisionCounts.many} revisions | ${ms(median(graphs.many))} | ${ms(Math.min(...graphs.many))} | ${ratio(graphs.many, graphs.few)} |

## The whole job

A database of ${size} (${job.comments.toLocaleString('en')} comments, 3 indexes) gets a column, a value in it for each row, and an index on it:

\`\`\`sql
${changeSql.trim()}
\`\`\`

Drydock's run beside [the script](../bench/operator.sh) that a careful operator would write: \`integrity_check\`, count, \`.backup\`, the
SQL in one transaction, \`integrity_check\`, count. On fresh copies, alternating, in the page cache. Drydock also compares
foreign keys and every table's rows, hashes the snapshot, and forces everything to the disk.

| Journal mode | Drydock, median | Rounds | Script, median | Rounds | Ratio of the medians |
|---|---:|---|---:|---|---:|
${job.times.map(jobRow).join('\n')}

Where the time goes in Drydock's last round:

| Phase | ${job.times.map(({ mode }) => mode).join(' | ')} |
|---|${job.times.map(() => '---:|').join('')}
${phaseRows(job.times).join('\n')}

## Memory

Peaks of the whole process tree, looked at every 10 ms. *Allocated* (RssAnon) is what the processes need. *Resident* (VmHWM,
summed) also counts the pages of the database that are mapped into them, which the system takes back when it needs them.

| Database | Journal mode | Allocated | Resident |
|---:|---|---:|---:|
${memory.map(({ bytes, mode, peak }) => `| ${megabytes(bytes)} | ${mode} | ${megabytes(peak.anonymous)} | ${megabytes(peak.resident)} |`).join('\n')}
`;
}

export function environment(): string {
  const db = new Database(':memory:');
  const sqlite = db.prepare('SELECT sqlite_version()').pluck().get();
  db.close();
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  const shell = execFileSync('sqlite3', ['--version'], { encoding: 'utf8' }).split(' ')[0];
  const [cpu] = os.cpus();
  return [
    `- ${new Date().toISOString().slice(0, 10)}, Drydock ${version}`,
    `- ${os.availableParallelism()} × ${cpu?.model.trim() ?? 'unknown'}, ${Math.round(os.totalmem() / 1e9)} GB of memory, ${os.type()} ${os.release()}`,
    `- Node ${process.versions.node}, SQLite ${sqlite}; the script's \`sqlite3\` is ${shell}, with its defaults`,
  ].join('\n');
}

function jobRow({ mode, times: { drydock, operator } }: ModeTimes): string {
  return `| ${mode} | ${seconds(median(drydock))} | ${list(drydock)} | ${seconds(median(operator))} | ${list(operator)} | ${ratio(drydock, operator)} |`;
}

function phaseRows(modes: readonly ModeTimes[]): string[] {
  const names = new Set(modes.flatMap(({ times }) => times.phases.map(({ phase }) => phase)));
  return [...names].map((name) => {
    const cells = modes.map(({ times }) => times.phases.find(({ phase }) => phase === name)?.durationMs);
    return `| ${name} | ${cells.map((cell) => (cell === undefined ? '' : seconds(cell))).join(' | ')} |`;
  });
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const pair = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return ((pair[0] ?? Number.NaN) + (pair[1] ?? Number.NaN)) / 2;
}

export function ratio(values: readonly number[], base: readonly number[]): string {
  return (median(values) / median(base)).toFixed(2);
}

function list(values: readonly number[]): string {
  return values.map(seconds).join(', ');
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(2)} s`;
}

export function ms(milliseconds: number): string {
  return `${milliseconds.toFixed(0)} ms`;
}

/** Millions of bytes, as databases are sized here. */
function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
