/** What was seen, as tables in docs/reliability.md. */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Result } from './main.ts';

const page = fileURLToPath(new URL('../docs/reliability.md', import.meta.url));
const [begins, ends] = ['<!-- torture: begin -->', '<!-- torture: end -->'];

export function writeResults(results: readonly Result[]): void {
  const text = readFileSync(page, 'utf8');
  const [before, after] = [text.split(begins)[0], text.split(ends)[1]];
  if (before === undefined || after === undefined) throw new Error(`${page} has no place for the results`);
  writeFileSync(page, `${before}${begins}\n${tables(results)}\n${ends}${after}`);
}

const titles: Readonly<Record<Result['kind'], readonly [title: string, counted: string]>> = {
  crash: ['Killed at every call that changes a file', 'kills'],
  errors: ['An error at every call that changes a file', 'errors'],
  power: ['A power cut at every call that changes a file', 'different states'],
  concurrency: ['Everybody at once', 'schedules'],
  'random programs': ['Random programs', 'programs'],
  'bad input': ['Bad input', 'inputs'],
  mutants: ['Mutants: a line taken out that keeps a promise, which the tests must notice', 'mutants'],
  'removed fsync': ['An fsync removed: the harness must find a broken promise', 'states until one was found'],
};

function tables(results: readonly Result[]): string {
  const kinds = Object.keys(titles) as Result['kind'][];
  const machine = `${cpus().length} cores (${cpus()[0]?.model.trim()}), Linux ${release()}, Node ${process.version}`;
  return [
    `Run on ${new Date().toISOString().slice(0, 10)}: ${machine}.`,
    ...kinds.map((kind) => table(kind, results)),
  ].join('\n\n');
}

function table(kind: Result['kind'], results: readonly Result[]): string {
  const rows = results.filter((result) => result.kind === kind);
  const attacks = [...new Set(rows.map(({ attack }) => attack))];
  const scenes = [...new Set(rows.map(({ scene }) => scene))].sort();
  const [title, counted] = titles[kind];
  const total = rows.reduce((sum, { attempts }) => sum + attempts, 0);
  const cell = (scene: string, attack: string) =>
    rows
      .filter((row) => row.scene === scene && row.attack === attack)
      .sort((one, other) => (one.mode < other.mode ? -1 : 1))
      .map(({ attempts, findings }) =>
        findings.length === 0 ? String(attempts) : `${attempts}, **${findings.length} broken**`,
      )
      .join(' + ');
  return [
    `### ${title}`,
    `${total} ${counted}, rollback journal + WAL.`,
    [
      `| | ${attacks.join(' | ')} |`,
      `| --- | ${attacks.map(() => '---').join(' | ')} |`,
      ...scenes.map((scene) => `| ${scene} | ${attacks.map((attack) => cell(scene, attack)).join(' | ')} |`),
    ].join('\n'),
  ].join('\n\n');
}
