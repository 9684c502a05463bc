import { countedBroken } from '../checks/judge-constraints.ts';
import type { BrokenConstraint, WholeDatabase } from '../checks/measurement.ts';
import type { Config } from '../config/config.ts';
import { DrydockError, isDamage } from '../errors.ts';
import { type Layout, layoutFor } from '../files/layout.ts';
import { plural } from '../format.ts';
import type { Applied } from '../revisions/applied-tables.ts';
import { editedRevisions } from '../revisions/files/edited.ts';
import { partByFiles, type RevisionGraph } from '../revisions/graph/graph.ts';
import { loadGraphIfThere } from '../revisions/load-graph.ts';
import { findBroken } from '../shadow/compile.ts';
import { wayBack } from '../snapshots/way-back.ts';
import { requireClosedHere } from './in-program.ts';
import { readWholeDatabase } from './read-database.ts';
import { ignore } from './session.ts';

export interface VerifyReport {
  readonly database: string;
  /**
   * `history`: database and files do not belong together; `data`: rows violate a constraint or refer to missing rows, or a
   * view, trigger or foreign key does not compile.
   * The worst finding counts.
   */
  readonly verdict: 'sound' | 'damaged' | 'history' | 'data';
  /** What SQLite found, one line each. */
  readonly integrity: readonly string[];
  readonly foreignKeyViolations: number;
  readonly brokenConstraints: readonly BrokenConstraint[];
  /** The views, triggers and foreign keys that do not compile, one sentence each. */
  readonly brokenObjects: readonly string[];
  /** Number of rows by table. */
  readonly rows: Readonly<Record<string, number>>;
  /** Null if the file is damaged. */
  readonly current: readonly string[] | null;
  /** The folder of the revisions; null if it does not exist: then nothing is said of `history`. */
  readonly comparedWith: string | null;
  /** All problems, one sentence each. */
  readonly findings: readonly string[];
  /** What to do about a damaged file; null for every other verdict. */
  readonly next: string | null;
}

/**
 * Reads the whole database in one read transaction, without blocking writers: integrity, foreign keys, views, rows, and
 * whether it and the revision files belong together.
 * @throws {DrydockError} only if it cannot be read; problems are in the report.
 * @example
 * const { verdict } = await verify(config);
 * if (verdict !== 'sound') throw new Error('the database is damaged');
 */
export async function verify(config: Config): Promise<VerifyReport> {
  requireClosedHere(config);
  const layout = layoutFor(config);
  const { database } = layout;
  const graph = loadGraphIfThere(config.migrations);
  const { measurement, applied, schema } = await readWhole(layout, config);
  const excused = { revisions: graph?.revisions ?? [], ignored: config.ignoreTables };
  const around = { extensions: config.sqliteExtensions, observer: ignore };
  const broken = schema === undefined ? [] : await findBroken(schema, excused, around);
  const { integrity, brokenConstraints, foreignKeys, rows: tables } = measurement;
  const history = applied === undefined || graph === undefined ? [] : historyFindings(graph, applied);
  const data = [
    ...brokenConstraints.map(
      ({ constraint, rows }) => `constraints: ${constraint}, ${countedBroken(constraint, rows)}`,
    ),
    ...foreignKeys.pairs.map(
      (pair) =>
        `foreign keys: ${plural(pair.rows, `row of ${pair.table} refers`, `rows of ${pair.table} refer`)} to rows of ${pair.parent} that are not there`,
    ),
    ...foreignKeys.unusable.map((problem) => `foreign keys: ${problem}`),
    ...broken.map((problem) => `objects: ${problem}`),
  ];
  const verdict = verdictOf(integrity, history, data);
  return {
    database,
    verdict,
    integrity,
    foreignKeyViolations: foreignKeys.pairs.reduce((sum, { rows: count }) => sum + count, 0),
    brokenConstraints,
    brokenObjects: broken,
    rows: tables,
    current: applied?.current ?? null,
    comparedWith: graph === undefined ? null : config.migrations,
    findings: [...integrity.map((problem) => `integrity: ${problem}`), ...data, ...history],
    next: verdict === 'damaged' ? wayBack(layout) : null,
  };
}

/** @throws {DrydockError} one of damage says which way leads back. */
async function readWhole(layout: Layout, config: Config): Promise<WholeDatabase> {
  try {
    return await readWholeDatabase(layout.database, config);
  } catch (error) {
    if (!(error instanceof DrydockError && error.code === 'DAMAGED_BEFORE')) throw error;
    const back = wayBack(layout);
    // What does not come from SQLite may have a better way out, such as a -wal that belongs to another file.
    throw error.with({ next: isDamage(error.cause) ? back : `${error.next}. ${back}` });
  }
}

function historyFindings(graph: RevisionGraph, { current, history }: Applied): string[] {
  const { unknown } = partByFiles(graph, current);
  const edited = unknown.length > 0 ? [] : editedRevisions(graph, current, history);
  return [
    ...unknown.map((id) => `history: no revision file has ${id}`),
    ...edited.map(({ revision }) => `history: ${revision.path} was edited after it was applied`),
  ];
}

function verdictOf(
  integrity: readonly string[],
  history: readonly string[],
  data: readonly string[],
): VerifyReport['verdict'] {
  if (integrity.length > 0) return 'damaged';
  if (history.length > 0) return 'history';
  return data.length > 0 ? 'data' : 'sound';
}
