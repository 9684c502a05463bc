import { describeTime } from '../../format.ts';
import { type Html, html } from './escape.ts';

/** An instant as a person reads it, in UTC or in a zone that is named after it, with the exact one for programs. */
export function time(instant: Date, timeZone = 'UTC'): Html {
  return html`<time datetime="${instant.toISOString()}">${describeTime(instant, timeZone)}</time>`;
}
