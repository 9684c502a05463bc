/** What the probes look at: everything is read once, and nothing is written. */
import { type BigIntStats, existsSync, statSync } from 'node:fs';
import type { Config } from '../config/config.ts';
import { DrydockError } from '../errors.ts';
import { committedWal } from '../files/committed-wal.ts';
import { isInWal, type Reader, statDatabase, withReader } from '../files/database-reader.ts';
import { type Layout, layoutFor } from '../files/layout.ts';
import { requireWhole } from '../files/require-whole.ts';
import { type Applied, readApplied } from '../revisions/applied-tables.ts';
import type { RevisionGraph } from '../revisions/graph/graph.ts';
import { loadGraphToRun } from '../revisions/load-graph.ts';
import { readRows } from '../run/foreign.ts';
import { readStoredSchema, type StoredSchema } from '../schema/read-schema.ts';
import { attempt } from './finding.ts';

export interface DoctorSubject {
  readonly config: Config;
  readonly layout: Layout;
  readonly stats: BigIntStats;
  /** False if its -wal or -journal needs pages that are missing. */
  readonly isWhole: boolean;
  readonly graph: RevisionGraph | DrydockError;
  readonly content: Content | DrydockError;
}

/** What is inside the database file. */
export interface Content {
  readonly applied: Applied;
  readonly schema: StoredSchema;
  /** The number of rows of each table, up to the limit of {@link readRows}. */
  readonly rows: Readonly<Record<string, number>>;
  readonly pages: PageFacts;
}

export interface PageFacts {
  readonly pageSize: number;
  readonly pageCount: number;
  /** Pages on the freelist. */
  readonly freePages: number;
  readonly journalMode: 'wal' | 'rollback journal';
  readonly autoVacuum: 'none' | 'full' | 'incremental';
}

/** @throws {DrydockError} USAGE or PREFLIGHT if there is no database to look at. */
export function lookAt(config: Config): DoctorSubject {
  const layout = layoutFor(config);
  const stats = statDatabase(layout.database, layout.snapshots);
  const broken = attempt(() => requireWhole(layout.database));
  return {
    config,
    layout,
    stats,
    isWhole: broken === undefined,
    graph: attempt(() => loadGraphToRun(config)),
    content: broken ?? attempt(() => readContent(layout)),
  };
}

/** @throws {DrydockError} BUSY if it cannot be read without a trace. */
function readContent({ database }: Layout): Content {
  if (!isEmpty(`${database}-wal`) && !existsSync(`${database}-shm`)) {
    const holds =
      committedWal(`${database}-wal`) === undefined
        ? 'is not empty, and its writer has ended'
        : 'has commits of a writer that has ended';
    throw new DrydockError('BUSY', {
      what: `${database}-wal ${holds}, and SQLite could read the database only by creating a -shm`,
      next: 'Start the application or run any other command of Drydock: each of them recovers the WAL',
    });
  }
  const { pages, ...content } = withReader(database, (reader) => {
    const applied = readApplied(reader);
    return { pages: readPages(reader), applied, schema: readStoredSchema(reader), rows: readRows(reader, applied) };
  });
  // Only after reading: closing the file would drop the lock of the read transaction (howtocorrupt.html, section 2.2).
  return { pages: { ...pages, journalMode: isInWal(database) ? 'wal' : 'rollback journal' }, ...content };
}

function isEmpty(path: string): boolean {
  return (statSync(path, { throwIfNoEntry: false })?.size ?? 0) === 0;
}

function readPages(reader: Reader): Omit<PageFacts, 'journalMode'> {
  const pragma = (name: string) => Object.values(reader.all(`PRAGMA ${name}`)[0] ?? {})[0];
  return {
    pageSize: Number(pragma('page_size')),
    pageCount: Number(pragma('page_count')),
    freePages: Number(pragma('freelist_count')),
    autoVacuum: (['none', 'full', 'incremental'] as const)[Number(pragma('auto_vacuum'))] ?? 'none',
  };
}
