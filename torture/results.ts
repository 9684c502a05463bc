/** What was seen, row by row in results.json, and as tables in docs/reliability.md. */

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import packageJson from '../package.json' with { type: 'json' };
import { plural } from '../src/format.ts';
import { projectRoot } from '../test/harness/files.ts';
import type { Outcome } from './attack-each.ts';
import { kinds, type Task } from './tasks.ts';

/** What tells one result from another. */
type Place = Pick<Task, 'kind' | 'attack' | 'scene' | 'mode'>;

interface Circumstances {
  readonly at: string;
  readonly version: string;
  /** The git tree of src/, which says what code it was whatever becomes of the commits: `git rev-parse HEAD:src`. */
  readonly source: string;
  readonly machine: string;
}

interface Row extends Place, Outcome, Circumstances {
  readonly seconds: number;
}

const rowsPath = join(projectRoot, 'torture', 'results.json');
const page = join(projectRoot, 'docs', 'reliability.md');
const [begins, ends] = ['<!-- torture: begin -->', '<!-- torture: end -->'];

/** Takes the place of what was seen there before. @param all Rows of other places than these are dropped. */
export function keepResult(all: readonly Place[], result: Place & Outcome & Pick<Row, 'seconds'>): void {
  const { kind, attack, scene, mode, attempts, findings, seconds } = result;
  const row: Row = { kind, attack, scene, mode, attempts, findings, seconds, ...circumstances() };
  writeResults(all, [...readRows().filter((other) => !isAt(other, row)), row]);
}

export function readRows(): readonly Row[] {
  return existsSync(rowsPath) ? (JSON.parse(readFileSync(rowsPath, 'utf8')) as Row[]) : [];
}

export function writeResults(all: readonly Place[], rows: readonly Row[]): void {
  const kept = all.flatMap((place) => rows.filter((row) => isAt(row, place)));
  writeFileSync(rowsPath, `${JSON.stringify(kept, null, 2)}\n`);
  const text = readFileSync(page, 'utf8');
  const [before, after] = [text.split(begins)[0], text.split(ends)[1]];
  if (before === undefined || after === undefined) throw new Error(`${page} has no place for the results`);
  const tables = kinds.map((kind) => table(kind, all, kept)).join('\n\n');
  writeFileSync(page, `${before}${begins}\n${tables}\n${ends}${after}`);
}

function isAt(one: Place, other: Place): boolean {
  return one.kind === other.kind && one.attack === other.attack && one.scene === other.scene && one.mode === other.mode;
}

function circumstances(): Circumstances {
  const git = (...args: readonly string[]) => execFileSync('git', args, { cwd: projectRoot, encoding: 'utf8' }).trim();
  const changed = git('status', '--porcelain', '--', 'src') === '' ? '' : ', changed';
  return {
    at: new Date().toISOString(),
    version: packageJson.version,
    source: `${git('rev-parse', 'HEAD:src').slice(0, 12)}${changed}`,
    machine: `${cpus().length} cores (${cpus()[0]?.model.trim()}), Linux ${release()}, Node ${process.version}`,
  };
}

const titles: Readonly<Record<Task['kind'], readonly [title: string, counted: string]>> = {
  crash: ['Killed at every call that changes a file', 'kills'],
  errors: ['An error at every call that changes a file', 'errors'],
  power: ['A power cut at every call that changes a file', 'different states'],
  'removed fsync': ['An fsync removed: the harness must find a broken promise', 'states looked at until one was found'],
  concurrency: ['Everybody at once', 'schedules'],
  'random programs': ['Random programs', 'programs'],
  'bad input': ['Bad input', 'inputs'],
  mutants: ['Mutants: a line taken out that keeps a promise, which the tests must notice', 'mutants'],
};

function table(kind: Task['kind'], all: readonly Place[], rows: readonly Row[]): string {
  const places = all.filter((place) => place.kind === kind);
  const own = rows.filter((row) => row.kind === kind);
  const [title, counted] = titles[kind];
  const attacks = unique(places.map(({ attack }) => attack));
  const stamps = unique([...own].sort((one, other) => (one.at < other.at ? 1 : -1)).map(stampOf));
  const cell = (scene: string, attack: string) =>
    places
      .filter((place) => place.scene === scene && place.attack === attack)
      .map((place) =>
        cellOf(
          own.find((row) => isAt(row, place)),
          stamps,
        ),
      )
      .join(' + ');
  const sum = (of: (row: Row) => number) => own.reduce((total, row) => total + of(row), 0);
  const broken = sum(({ findings }) => findings.length);
  const both = places.some(({ mode }) => mode !== 'either') ? '; rollback journal + WAL' : '';
  return [
    `### ${title}`,
    `${sum(({ attempts }) => attempts)} ${counted}, ${plural(broken, 'finding')}, ${plural(Math.ceil(sum(({ seconds }) => seconds) / 60), 'minute')}${both}.`,
    [
      `| | ${attacks.join(' | ')} |`,
      `| --- | ${attacks.map(() => '---').join(' | ')} |`,
      ...unique(places.map(({ scene }) => scene)).map(
        (scene) => `| ${scene} | ${attacks.map((attack) => cell(scene, attack)).join(' | ')} |`,
      ),
    ].join('\n'),
    ...stamps.map((stamp, index) => `${markOf(index)}Run on ${stamp}.`),
  ].join('\n\n');
}

function cellOf(row: Row | undefined, stamps: readonly string[]): string {
  if (row === undefined) return 'never run';
  const { attempts, findings } = row;
  const broken = findings.length === 0 ? '' : `, **${findings.length} broken**`;
  return `${attempts}${broken}${markOf(stamps.indexOf(stampOf(row))).trim()}`;
}

function stampOf({ at, version, source, machine }: Row): string {
  return `${at.slice(0, 10)}: version ${version}, \`src\` ${source}; ${machine}`;
}

/** What ran last has none. */
function markOf(index: number): string {
  return index === 0 ? '' : `<sup>${String.fromCharCode(96 + index)}</sup> `;
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
