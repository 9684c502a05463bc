/** Rename questions and answers as command line text: `old=new` for a table, `table.old=new` for a column. */
import { DrydockError } from '../errors.ts';
import { sameName } from '../schema/names.ts';
import type { Rename, RenameDecision } from './renames.ts';

const plain = '[^".=]+';
const quoted = '"(?:[^"]|"")+"';
const name = `(${plain}|${quoted})`;
const form = new RegExp(`^(?:${name}\\.)?${name}=(?:${name}\\.)?${name}$`);

/** A name that contains a dot, an equals sign or a quote is in double quotes, as in SQL. */
export function renameText(rename: Rename): string {
  const change = `${written(rename.from)}=${written(rename.to)}`;
  return rename.kind === 'table' ? change : `${written(rename.table)}.${change}`;
}

/**
 * @param text As {@link renameText} returns it. For a column, the table's new name may also be on the right.
 * @throws {DrydockError} USAGE
 */
export function parseDecision(text: string, answer: RenameDecision['answer']): RenameDecision {
  const [, table, from, again, to] = (form.exec(text) ?? []).map((part) => part && read(part));
  const sameTable = again === undefined || (table !== undefined && sameName(table, again));
  if (from === undefined || to === undefined || !sameTable) {
    throw new DrydockError('USAGE', {
      what: `--${answer} '${text}' is not understood`,
      next: `Write --${answer} old=new for a table, --${answer} table.old=new for a column`,
    });
  }
  return table === undefined ? { kind: 'table', from, to, answer } : { kind: 'column', table, from, to, answer };
}

function written(part: string): string {
  return new RegExp(`^${plain}$`).test(part) ? part : `"${part.replaceAll('"', '""')}"`;
}

function read(part: string): string {
  return part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part;
}
