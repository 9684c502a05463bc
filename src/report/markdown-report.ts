/** A report as Markdown, for a ticket, a chat or a terminal. */

import { describeDuration } from '../format.ts';
import { visible, visibleText } from '../visible.ts';
import type { Block, Cell, Report, Section } from './section.ts';

export function renderMarkdown({ title, mark, sections, footer }: Report): string {
  return [`# ${plain(title)}: ${plain(mark.text)}`, ...sections.map(sectionMarkdown), plain(footer)].join('\n\n');
}

function sectionMarkdown({ title, blocks }: Section): string {
  return [`## ${plain(title)}`, ...blocks.map(blockMarkdown)].join('\n\n');
}

function blockMarkdown(block: Block): string {
  switch (block.kind) {
    case 'text':
      return block.label === undefined ? plain(block.text) : `**${plain(block.label)}:** ${plain(block.text)}`;
    case 'note':
      return plain(block.text);
    case 'alert':
      return `**${plain(block.text)}**`;
    case 'facts':
      return block.pairs.map(([name, value]) => `- ${plain(name)}: ${plain(value)}`).join('\n');
    case 'list':
      return block.items.map((item) => `- ${plain(item)}`).join('\n');
    case 'code':
      return fenced(block.language, block.text);
    case 'table':
      return tableMarkdown(
        block.columns.map(({ title, kind }) => ({ title, rule: kind === 'number' ? '---:' : '---' })),
        block.rows,
      );
    case 'fold': {
      const mark = block.mark === null ? '' : ` (${plain(block.mark.text)})`;
      return [`### ${plain(block.title)}${mark}`, ...block.blocks.map(blockMarkdown)].join('\n\n');
    }
    case 'timeline':
      return tableMarkdown(
        [
          { title: 'Phase', rule: '---' },
          { title: 'After', rule: '---:' },
          { title: 'Took', rule: '---:' },
        ],
        block.phases.map(({ phase, startMs, durationMs, failed }) => [
          phase,
          describeDuration(startMs),
          `${describeDuration(durationMs)}${failed ? ', failed' : ''}`,
        ]),
      );
  }
}

interface MarkdownColumn {
  readonly title: string;
  readonly rule: string;
}

function tableMarkdown(columns: readonly MarkdownColumn[], rows: readonly (readonly Cell[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [
    line(columns.map(({ title }) => plain(title))),
    `|${columns.map(({ rule }) => rule).join('|')}|`,
    ...rows.map((row) => line(row.map((cell) => plain(typeof cell === 'string' ? cell : cell.text)))),
  ].join('\n');
}

/** Uses a fence longer than any in the text, so that the text cannot end it. */
function fenced(language: string, text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${visibleText(text)}\n${fence}`;
}

/** Escapes text to one line without any Markdown or HTML syntax. */
function plain(text: string): string {
  return (
    visible(text.replace(/\s+/g, ' '))
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      // An underscore inside a word has no meaning, and names are full of them.
      .replace(/[\\`*[\]|~#]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\$&')
  );
}
