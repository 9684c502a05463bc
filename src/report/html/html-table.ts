import { type Html, type HtmlPart, html } from './escape.ts';

export interface HtmlColumn {
  readonly title: string;
  /** Numbers are aligned to the right, so that they can be compared. */
  readonly kind?: 'text' | 'number';
}

/**
 * A table that becomes a list of cards on a narrow screen, each value after its column's title.
 * @param rows Each as long as `columns`.
 * @param empty The text to show if there are no rows.
 */
export function table(columns: readonly HtmlColumn[], rows: readonly (readonly HtmlPart[])[], empty: string): Html {
  if (rows.length === 0) return html`<p class="quiet">${empty}</p>`;
  const kindOf = (index: number) => columns[index]?.kind ?? 'text';
  return html`<table>
<thead><tr>${columns.map(({ title }, index) => html`<th scope="col" class="${kindOf(index)}">${title}</th>`)}</tr></thead>
<tbody>
${rows.map(
  (row) =>
    html`<tr>${row.map((cell, index) => html`<td class="${kindOf(index)}" data-title="${columns[index]?.title ?? ''}"><div>${cell}</div></td>`)}</tr>
`,
)}</tbody>
</table>`;
}

/** Names with their values, one below the other. */
export function facts(pairs: readonly (readonly [name: string, value: HtmlPart])[]): Html {
  return html`<dl>${pairs.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`;
}
