/** A report as one self-contained HTML file: no script, no other host, no other file. */
import { badge } from './html/badge.ts';
import { type Html, type HtmlPart, html } from './html/escape.ts';
import { facts, table } from './html/html-table.ts';
import { page } from './html/page.ts';
import { timeline } from './html/timeline.ts';
import type { Block, Cell, Mark, Report, Section } from './section.ts';

/** Folds with at most this many lines are open. */
const shortLines = 12;

export function renderHtml({ title, mark, sections, footer }: Report): string {
  return page({
    title: `${title}: ${mark.text}`,
    style: 'inline',
    body: html`<header><h1>${title}</h1>${markHtml(mark)}</header>
<main>
${sections.map(sectionHtml)}</main>
<footer><p>${footer}</p></footer>`,
  });
}

function sectionHtml({ title, blocks }: Section): Html {
  return html`<section>
<h2>${title}</h2>
${blocks.map(blockHtml)}
</section>
`;
}

function blockHtml(block: Block): Html {
  switch (block.kind) {
    case 'text':
      return html`<p>${block.label !== undefined && html`<strong>${block.label}:</strong> `}${block.text}</p>`;
    case 'note':
      return html`<p class="quiet">${block.text}</p>`;
    case 'alert':
      return html`<div class="alert ${block.standing}"><p>${block.text}</p></div>`;
    case 'facts':
      return facts(block.pairs);
    case 'list':
      return html`<ul>${block.items.map((item) => html`<li>${item}</li>`)}</ul>`;
    case 'code':
      return html`<pre><code>${block.text}</code></pre>`;
    case 'table':
      return table(
        block.columns,
        block.rows.map((row) => row.map(cellHtml)),
        'Nothing',
      );
    case 'fold':
      return fold(block);
    case 'timeline':
      return timeline(block.phases, block.durationMs);
  }
}

function fold({ title, mark, blocks }: Extract<Block, { kind: 'fold' }>): Html {
  const lines = blocks.reduce((sum, block) => sum + (block.kind === 'code' ? block.text.split('\n').length : 1), 0);
  const content = html`<summary>${title} ${mark !== null && markHtml(mark)}</summary>
${blocks.map(blockHtml)}`;
  return lines <= shortLines || mark?.standing === 'bad'
    ? html`<details open>${content}</details>`
    : html`<details>${content}</details>`;
}

function cellHtml(cell: Cell): HtmlPart {
  return typeof cell === 'string' ? cell : markHtml(cell);
}

function markHtml({ standing, text }: Mark): Html {
  return badge(standing, text);
}
