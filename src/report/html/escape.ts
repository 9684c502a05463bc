/** HTML as values: whatever goes into a template is escaped, unless it is `Html` itself. */
import { visibleText } from '../../visible.ts';

/** Text that is already HTML. Made only by {@link html}, so that nothing else passes unescaped. */
export class Html {
  readonly markup: string;

  constructor(markup: string) {
    this.markup = markup;
  }

  toString(): string {
    return this.markup;
  }
}

/** A value in a template: a list is concatenated, null and false render nothing. */
export type HtmlPart = string | number | Html | null | false | readonly HtmlPart[];

/** A template whose values are escaped, for text between tags and for attributes in double quotes. */
export function html(texts: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  return new Html(
    texts.map((text, index) => `${text}${index < parts.length ? render(parts[index] ?? null) : ''}`).join(''),
  );
}

/**
 * Escapes text for the content of a tag or a quoted attribute. Characters that HTML cannot contain, such as NUL, or that
 * reverse the order of a line are shown by their number.
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
