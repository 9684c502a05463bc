import { type Html, html } from './escape.ts';

/** How something stands: what a colour says is said in words too. */
export type Standing = 'good' | 'bad' | 'warning' | 'neutral';

/** One or two words on a coloured ground. */
export function badge(standing: Standing, text: string): Html {
  return html`<span class="badge ${standing}">${text}</span>`;
}
