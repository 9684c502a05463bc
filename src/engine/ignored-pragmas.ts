/** SQLite ignores a pragma that it does not know, or whose time has not come, without an error: each is read back. */
import type Database from 'better-sqlite3';
import { DrydockError } from '../errors.ts';
import { leadingKeywords, pragmaOf } from '../revisions/sql/statements.ts';
import type { EngineStep } from './protocol.ts';

/** The pragmas that a step sets, and whether a VACUUM came after each. */
export interface PragmasSet {
  /** Call it with each statement of the step. */
  readonly note: (sql: string) => void;
  /** @throws {DrydockError} REVISION_FAILED if one of them had no effect. */
  readonly requireEffect: (connection: Database.Database, step: EngineStep) => void;
}

interface Asked {
  readonly value: string;
  readonly vacuumed: boolean;
}

export function followPragmas(): PragmasSet {
  let asked = new Map<string, Asked>();
  return {
    note(sql) {
      // A revision may run a million others.
      if (!/^\s*(?:pragma|vacuum|--|\/\*)/i.test(sql)) return;
      const pragma = pragmaOf(sql);
      if (pragma !== undefined) asked.set(pragma.name, { value: pragma.value ?? '', vacuumed: false });
      else if (leadingKeywords(sql)[0] === 'VACUUM')
        asked = new Map([...asked].map(([name, each]) => [name, { ...each, vacuumed: true }]));
    },
    requireEffect(connection, step) {
      for (const [name, each] of asked) {
        const problem = problemOf(connection, name, each);
        if (problem !== undefined) throw new DrydockError('REVISION_FAILED', { what: `${step.path}: ${problem}` });
      }
      asked = new Map();
    },
  };
}

function problemOf(connection: Database.Database, name: string, { value, vacuumed }: Asked): string | undefined {
  const known = connection.prepare('SELECT 1 FROM pragma_pragma_list WHERE name = ?').get(name) !== undefined;
  if (!known) return `SQLite has no PRAGMA ${name} and ignores it, so remove it`;
  const now = (pragma: string) => String(connection.pragma(pragma, { simple: true })).toLowerCase();
  const vacuum = vacuumed ? '' : ', which takes effect only with a VACUUM after it in the same revision';
  switch (name) {
    case 'page_size': {
      if (value === '' || value === now(name)) return undefined;
      const stays = `PRAGMA page_size = ${value} had no effect: it is still ${now(name)}`;
      if (!isPageSize(Number(value))) return `${stays}, since a page size is a power of two from 512 to 65536`;
      if (!vacuumed) return stays + vacuum;
      return `${stays}, since it cannot change in WAL mode: begin the revision with PRAGMA journal_mode = DELETE, and end it with VACUUM and PRAGMA journal_mode = WAL`;
    }
    case 'auto_vacuum': {
      const modes = ['none', 'full', 'incremental'];
      const [asks, is] = [modes[Number(value)] ?? value, modes[Number(now(name))]];
      if (value === '' || asks === is) return undefined;
      return modes.includes(asks)
        ? `PRAGMA auto_vacuum = ${value} had no effect: it is still ${is}${vacuum}`
        : `PRAGMA auto_vacuum = ${value} has no such value: it is none, full or incremental`;
    }
    case 'incremental_vacuum':
      return now('auto_vacuum') === '0'
        ? 'PRAGMA incremental_vacuum had no effect, since auto_vacuum is none: remove it, or use VACUUM'
        : undefined;
    case 'journal_mode':
      return value === '' || now(name) === value
        ? undefined
        : `PRAGMA journal_mode = ${value} had no effect: it is still ${now(name)}`;
    case 'encoding':
      return value === '' || now(name).startsWith(value)
        ? undefined
        : `PRAGMA encoding = '${value}' had no effect: it is still ${now(name)}, which cannot change once a database holds anything`;
    default:
      return undefined;
  }
}

function isPageSize(size: number): boolean {
  return size >= 512 && size <= 65536 && Number.isInteger(Math.log2(size));
}
