import { textAt, wordsOf } from './edit-text.ts';
import { sameName } from './names.ts';
import { unquoted } from './normalise.ts';

/**
 * The table, or view, whose rows a full-text table indexes without a copy of its own; undefined where it keeps its texts
 * itself, or none (`content=''`). https://sqlite.org/fts5.html#external_content_tables
 * @param createVirtualTable Any CREATE VIRTUAL TABLE.
 */
export function contentTableOf(createVirtualTable: string): string | undefined {
  const words = wordsOf(createVirtualTable).map((word) => textAt(createVirtualTable, word));
  const using = words.findIndex((word) => sameName(word, 'using'));
  if (!/^fts[345]$/i.test(unquoted(words[using + 1] ?? ''))) return undefined;
  const option = words.findIndex(
    (word, at) =>
      at > using && sameName(word, 'content') && words[at + 1] === '=' && /^[(,]$/.test(words[at - 1] ?? ''),
  );
  const table = option === -1 ? '' : unquoted(words[option + 2] ?? '');
  return table === '' ? undefined : table;
}
