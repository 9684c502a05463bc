/** The arguments of a virtual table, and what a full-text table reads from another table. */
import { textAt, wordsOf } from './edit/edit-text.ts';
import { sameName } from './names.ts';
import { unquoted } from './normalise/normalise.ts';

/**
 * The table or view whose rows a full-text table indexes without a copy of its own; undefined if it stores its own text, or
 * none (`content=''`). https://sqlite.org/fts5.html#external_content_tables
 * @param createVirtualTable Any CREATE VIRTUAL TABLE.
 */
export function contentTableOf(createVirtualTable: string): string | undefined {
  if (!isFullText(createVirtualTable)) return undefined;
  const [table = ''] = optionsOf(createVirtualTable, ['content']);
  return table === '' ? undefined : table;
}

/** The columns that a full-text table reads from its content table. */
export function contentColumnsOf(createVirtualTable: string): string[] {
  const columns = argumentsOf(createVirtualTable).filter(([, sign]) => sign !== '=');
  // https://sqlite.org/fts3.html#the_languageid_option
  return [
    ...columns.map(([name = '']) => unquoted(name)),
    ...optionsOf(createVirtualTable, ['content_rowid', 'languageid']),
  ];
}

/** The first name of each module argument that is not an option: of most modules, the columns. */
export function namedArguments(createVirtualTable: string): string[] {
  return argumentsOf(createVirtualTable)
    .filter(([, sign]) => sign !== '=')
    .flatMap(([name]) => (name === undefined ? [] : [unquoted(name)]));
}

export function isFullText(createVirtualTable: string): boolean {
  return /^fts[345]$/i.test(unquoted(behindUsing(createVirtualTable)[0] ?? ''));
}

/** The words of a CREATE VIRTUAL TABLE, from the module's name on. */
export function behindUsing(createVirtualTable: string): string[] {
  const words = wordsOf(createVirtualTable).map((word) => textAt(createVirtualTable, word));
  return words.slice(words.findIndex((word) => sameName(word, 'using')) + 1);
}

function optionsOf(createVirtualTable: string, keys: readonly string[]): string[] {
  return argumentsOf(createVirtualTable)
    .filter(([key = '', sign]) => sign === '=' && keys.some((wanted) => sameName(wanted, key)))
    .map(([, , value = '']) => unquoted(value));
}

/** The words of each module argument. */
function argumentsOf(createVirtualTable: string): string[][] {
  const found: string[][] = [[]];
  let depth = 0;
  for (const word of behindUsing(createVirtualTable).slice(1)) {
    if (word === ')') depth -= 1;
    if (word === ',' && depth === 1) found.push([]);
    else if (depth > 0) found.at(-1)?.push(word);
    if (word === '(') depth += 1;
  }
  return found;
}
