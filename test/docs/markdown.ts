/** Reads README.md and docs/, whose examples and tables are tested. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { projectRoot } from '../harness/files.ts';

export interface Document {
  /** Relative to the project. */
  readonly path: string;
  readonly text: string;
}

/**
 * A fenced block. `sh` is run, and `bash` where there are containers (test/containers); `json` is the shape of what the
 * `sh` before it printed, `output` that itself, any other language is prose.
 */
export interface Block {
  readonly language: string;
  /** 1-based line of its first line of content. */
  readonly line: number;
  readonly text: string;
}

export function documents(): Document[] {
  const docs = readdirSync(join(projectRoot, 'docs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => relative(projectRoot, join(entry.parentPath, entry.name)));
  return ['README.md', ...docs.sort()].map(document);
}

export function document(path: string): Document {
  return { path, text: readFileSync(join(projectRoot, path), 'utf8') };
}

export function blocks({ text }: Document): Block[] {
  const found: Block[] = [];
  let open: { language: string; line: number; lines: string[] } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const fence = /^```(\w*)$/.exec(line);
    if (fence === null) open?.lines.push(line);
    else if (open === undefined) open = { language: fence[1] ?? '', line: index + 2, lines: [] };
    else {
      found.push({ language: open.language, line: open.line, text: open.lines.join('\n') });
      open = undefined;
    }
  }
  return found;
}

/** The cells of every table row, the head and its rule left out, without the backticks around a whole cell. */
export function tableRows({ text }: Document): string[][] {
  const lines = text.split('\n');
  return lines
    .filter((line, index) => line.startsWith('|') && !isRule(line) && !isRule(lines[index + 1] ?? ''))
    .map((line) =>
      line
        .slice(1, line.lastIndexOf('|'))
        .split('|')
        .map((cell) => cell.trim().replace(/^`([^`]*)`$/, '$1')),
    );
}

function isRule(line: string): boolean {
  return /^\|[\s:|-]+\|$/.test(line);
}
