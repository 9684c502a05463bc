import { createHash } from 'node:crypto';
import { Html, html } from './escape.ts';
import { stylesheet } from './style.ts';

export interface Page {
  readonly title: string;
  readonly body: Html;
  /** In the page itself, for a self-contained file, or at an address beside it. */
  readonly style: 'inline' | { readonly href: string };
  /** A page that shows the current state reloads itself after this time, without a script. */
  readonly refreshSeconds?: number;
}

/** A hull on a cradle, in the page itself: otherwise a browser would request an icon. */
const icon =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Cpath fill='%232f7fd1' d='M1 4h14l-3 6H4z'/%3E%3Cpath fill='%23d9822b' d='M3 12h10v2H3z'/%3E%3C/svg%3E";

/** A whole document as text, without scripts and without requests to other hosts. */
export function page({ title, body, style, refreshSeconds }: Page): string {
  // Not through the template: the content of a style element is not escaped, and is ours.
  const styling =
    style === 'inline' ? new Html(`<style>${stylesheet}</style>`) : html`<link rel="stylesheet" href="${style.href}">`;
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
${
  style === 'inline' &&
  html`<meta http-equiv="Content-Security-Policy" content="${contentSecurityPolicy('inline')}">
`
}${
  refreshSeconds !== undefined &&
  html`<meta http-equiv="refresh" content="${refreshSeconds}">
`
}<title>${title}</title>
<link rel="icon" href="${new Html(icon)}">
${styling}
</head>
<body>
${body}
</body>
</html>
`.markup;
}

/**
 * Allows a browser to show the page with this stylesheet, and nothing else.
 * @param style Where the stylesheet is; an inline one is identified by its hash.
 */
export function contentSecurityPolicy(style: 'inline' | 'beside'): string {
  const styles = style === 'beside' ? "'self'" : `'sha256-${createHash('sha256').update(stylesheet).digest('base64')}'`;
  return `default-src 'none'; style-src ${styles}; img-src data:; base-uri 'none'; form-action 'none'`;
}
