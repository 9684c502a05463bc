/** What was seen, as tables in docs/peers.md and in the README. */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release } from 'node:os';
import { fileURLToPath } from 'node:url';
import { behaviours, type Seen } from './behaviours.ts';
import type { Tool } from './tools.ts';

export interface Row {
  readonly tool: Tool;
  /** In the order of the behaviours. */
  readonly seen: readonly Seen[];
}

export function writeTables(rows: readonly Row[], trials: number): void {
  replaceIn('../docs/peers.md', fullTable(rows, trials));
  replaceIn('../README.md', shortTable(rows));
}

function replaceIn(path: string, table: string): void {
  const page = fileURLToPath(new URL(path, import.meta.url));
  const text = readFileSync(page, 'utf8');
  writeFileSync(page, betweenMarkers(text, table));
}

/** @throws {Error} where the text has no place for it. */
export function betweenMarkers(text: string, content: string): string {
  const [begins, ends] = ['<!-- peers: begin -->', '<!-- peers: end -->'];
  const [before, after] = [text.split(begins)[0], text.split(ends)[1]];
  if (before === undefined || after === undefined) throw new Error(`there is no ${begins} … ${ends}`);
  return `${before}${begins}\n${content}\n${ends}${after}`;
}

function fullTable(rows: readonly Row[], trials: number): string {
  const versions = rows.map(({ tool }) => `| ${tool.name} | ${tool.version()} | ${tool.usage} |`);
  const machine = `${cpus().length} cores (${cpus()[0]?.model.trim()}), Linux ${release()}, Node ${process.versions.node}, load ${loadavg()[0]?.toFixed(1)} at the end`;
  return [
    `Run on ${new Date().toISOString().slice(0, 10)} with ${trials} trials: ${machine}.`,
    `| Tool | Version | Used as |\n|---|---|---|\n${versions.join('\n')}`,
    ...behaviours.map(({ title, how }, index) =>
      [
        `## ${title}`,
        how,
        `| Tool | | Seen |\n|---|---|---|\n${rows
          .map(({ tool, seen }) => `| ${tool.name} | ${mark(seen[index])} | ${seen[index]?.text} |`)
          .join('\n')}`,
      ].join('\n\n'),
    ),
  ].join('\n\n');
}

function shortTable(rows: readonly Row[]): string {
  const names = rows.map(({ tool }) => tool.name);
  return [
    `| | ${names.join(' | ')} |`,
    `|---|${names.map(() => ':-:|').join('')}`,
    `| Version | ${rows.map(({ tool }) => tool.version()).join(' | ')} |`,
    ...behaviours.map(({ title }, index) => `| ${title} | ${rows.map(({ seen }) => mark(seen[index])).join(' | ')} |`),
    `| Passed | ${rows.map(({ seen }) => `${seen.filter(({ passed }) => passed).length} of ${seen.length}`).join(' | ')} |`,
  ].join('\n');
}

function mark(seen: Seen | undefined): string {
  return seen?.passed ? '✓' : '✗';
}
