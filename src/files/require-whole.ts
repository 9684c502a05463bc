import { basename } from 'node:path';
import { DrydockError } from '../errors.ts';
import { describeNumber, plural } from '../format.ts';
import { looking } from './access.ts';
import { wholePagesIn } from './claimed-pages.ts';
import { findMisfit, type Misfit } from './companions.ts';
import { shellWord } from './shell-word.ts';
import { findTorn, type Torn } from './torn.ts';

/**
 * Call it before SQLite opens a live database, even for reading.
 * @param database Its real path.
 * @throws {DrydockError} DAMAGED_BEFORE if it ends in the middle of a page, or its -wal or -journal needs pages that are
 *   missing: SQLite would remove it, or apply it to the wrong file; PREFLIGHT if permission is denied.
 */
export function requireWhole(database: string): void {
  const misfit = looking(() => findMisfit(database));
  if (misfit !== undefined) throw notWhole(database, misfit);
  const torn = looking(() => findTorn(database));
  if (torn !== undefined) throw tornError(database, torn);
}

function tornError(database: string, { bytes, pageSize, pages }: Torn): DrydockError {
  return new DrydockError('DAMAGED_BEFORE', {
    what: `${database} is damaged: it ends in the middle of a page, with ${plural(bytes, 'byte')} of ${plural(pages, 'page')} of ${describeNumber(pageSize)}; SQLite would read the rest as zeros`,
    state: 'Nothing was changed',
    next: 'Put the whole file back, or restore a snapshot: `drydock snapshot list`, then `drydock snapshot restore <id>`',
  });
}

function notWhole(database: string, misfit: Misfit): DrydockError {
  return new DrydockError('DAMAGED_BEFORE', {
    what: `${sayMain(database, misfit)} ${sayCompanion(misfit)}`,
    state: `Nothing was changed, and nothing was opened, since SQLite would destroy the ${misfit.kind}`,
    next: `Stop whatever uses the database. ${waysOut(database, misfit)}`,
  });
}

function sayMain(database: string, { mainBytes, pageSize }: Misfit): string {
  if (mainBytes === undefined) return `${database} is missing, and`;
  if (mainBytes === 0) return `${database} is empty, and`;
  return `${database} is truncated (${plural(mainBytes, 'byte')}, ${plural(wholePagesIn(mainBytes, pageSize), 'whole page')} of ${describeNumber(pageSize)}):`;
}

function sayCompanion({ kind, path, pages, missing }: Misfit): string {
  const of = kind === 'WAL' ? 'the last transaction committed in' : 'the transaction to roll back from';
  const where = missing === 0 ? '' : `, and ${plural(missing, 'of them is', 'of them are')} in neither file`;
  return `${of} ${path} belongs to a database of ${plural(pages, 'page')}${where}`;
}

function waysOut(database: string, { path }: Misfit): string {
  const companion = basename(path);
  return `If the right file is elsewhere, such as on a volume that is not mounted, put it back as ${shellWord(database)} beside ${companion}, which it needs; otherwise restore a snapshot (\`drydock snapshot list\`, then \`drydock snapshot restore <id>\`), which keeps what is here; without one, copy what is here, ${companion} too, before you put a backup in its place`;
}
