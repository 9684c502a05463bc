/** In WAL mode `PRAGMA page_size` with VACUUM silently changes nothing (https://sqlite.org/pragma.html#pragma_page_size). */
import type Database from 'better-sqlite3';
import { DrydockError } from '../errors.ts';
import type { EngineStep } from './protocol.ts';

/** @throws {DrydockError} REVISION_FAILED if the step asked for a page size that the database does not have now. */
export function requirePageSize(connection: Database.Database, step: EngineStep): void {
  if (step.body.kind !== 'sql') return;
  const asked = step.body.statements.map(({ sql }) => /page_size\s*[=(]\s*(\d+)/i.exec(sql)?.[1]).findLast(Boolean);
  const has = connection.pragma('page_size', { simple: true });
  if (asked === undefined || Number(asked) === has) return;
  throw new DrydockError('REVISION_FAILED', {
    what: `${step.path} asks for a page size of ${asked}, and it is still ${has}: in WAL mode it cannot change, so begin the revision with PRAGMA journal_mode = DELETE, end it with VACUUM and PRAGMA journal_mode = WAL`,
  });
}
