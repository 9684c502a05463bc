import { type Html, html } from './escape.ts';

/** Good or bad, shown as a colour; the text says the same. */
export type Standing = 'good' | 'bad' | 'warning' | 'neutral';

/** One or two words on a coloured background. */
export function badge(standing: Standing, text: string): Html {
  return html`<span class="badge ${standing}">${text}</span>`;
}
