/** HTML as values: what is put into a template is escaped, unless it is HTML itself. */
import { visibleText } from '../../visible.ts';

/** Text that is HTML already. Made by {@link html} alone, so that nothing else passes unescaped. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }

  toString(): string {
    return this.markup;
  }
}

/** What may stand in a template: a list is put there one after the other, null and false leave nothing behind. */
export type HtmlPart = string | number | Html | null | false | readonly HtmlPart[];

/** A template whose values are escaped, for text between tags and for attributes in double quotes. */
export function html(texts: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  return new Html(
    texts.map((text, index) => `${text}${index < parts.length ? render(parts[index] ?? null) : ''}`).join(''),
  );
}

/**
 * Text in which no character has a meaning to HTML, in a tag's content or in a quoted attribute. Characters that HTML
 * may not hold, such as NUL, or that turn the order of a line around are shown by their number.
 */
export function escapeHtml(text: string): string {
  return visibleText(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

function render(part: HtmlPart): string {
  if (part === null || part === false) return '';
  if (part instanceof Html) return part.markup;
  if (typeof part === 'object') return part.map(render).join('');
  return escapeHtml(String(part));
}
