/**
 * What the engine does for each request. It holds the one connection to the live file for the whole run. From `hold`
 * to the commit that is one write transaction, so that no other commit can come in between and be undone by a restore.
 */
import type Database from 'better-sqlite3';
import { quickCheck } from '../checks/integrity.ts';
import { countRowsUpTo } from '../checks/measure.ts';
import { measureAfter } from '../checks/measure-after.ts';
import type { StepLeft } from '../checks/measurement.ts';
import { countReferences } from '../checks/references.ts';
import { readStatistics } from '../checks/statistics.ts';
import type { Written } from '../checks/written.ts';
import { type DrydockError, invariant } from '../errors.ts';
import { faultPoint } from '../faults.ts';
import { queryPort } from '../files/query-port.ts';
import { isBusy, waitOutBusy } from '../lock/busy-wait.ts';
import { type AppliedPort, markDone, nameSnapshot, readApplied } from '../revisions/applied-tables.ts';
import { triggersOnApplied, writeAlone, writeBeside } from '../revisions/applied-triggers.ts';
import { compileObjects } from '../schema/objects/compile-objects.ts';
import { inScratch } from '../schema/objects/scratch.ts';
import type { StoredObjects } from '../schema/objects/store-schema.ts';
import { readStoredSchema } from '../schema/read-schema.ts';
import { type BackupProgress, backUp } from './backup.ts';
import { brokenBy, storedObjects } from './broken-by.ts';
import { changedTables, changedTablesOfCopy } from './changed-tables.ts';
import { createEmptyDatabase, requireSameFormat, setJournalModeOfCopy } from './copies.ts';
import { followPragmas } from './ignored-pragmas.ts';
import { setJournalMode } from './journal-mode.ts';
import { explainOpening, type Fence, type LiveFile, openLiveFile, probeWrite, tune } from './live-file.ts';
import { runMigration } from './migration.ts';
import { openDatabase } from './open-database.ts';
import type { EngineRequests, HeldNow, Reply, RequestName } from './protocol.ts';
import { failedAtBase, type LoadedModules, loadModules, runStep } from './run-steps.ts';
import { openScratch } from './scratch.ts';
import { afterSecondLook } from './second-look.ts';
import { replaySteps } from './shadow-replay.ts';
import { survey } from './shadow-survey.ts';
import { runTold } from './statement-log.ts';
import { closeGate } from './write-gate.ts';
import { followWrites, type WrittenSet } from './written-set.ts';

type Handlers = {
  readonly [K in RequestName]: (takes: EngineRequests[K]['takes']) => Promise<EngineRequests[K]['gives']>;
};

/** @param tell Sends waits and progress to the supervisor. @param usedLate Takes what a revision did after its end. */
export function engineSession(tell: (reply: Reply) => void, usedLate: (error: DrydockError) => void): Handlers {
  let live: LiveFile | undefined;
  let fence: Fence | undefined;
  let workingCopy: Database.Database | undefined;
  let modules: LoadedModules = new Map();
  let patienceMs = 10_000;
  let atBase = false;
  let writes: WrittenSet | undefined;
  let objectsBefore: StoredObjects | undefined;
  let left: readonly StepLeft[] = [];

  const requireLive = (): LiveFile => {
    invariant(live !== undefined, 'the engine was asked for something before it held the database');
    return live;
  };
  const requireHeld = (): Database.Database => {
    const { connection } = requireLive();
    invariant(connection.open && connection.inTransaction, 'the write lock of the live file was lost');
    return connection;
  };
  const requireWrites = (): WrittenSet => {
    invariant(writes !== undefined, 'the engine was asked what was written before anything was');
    return writes;
  };
  /** The connection that revisions run on: the working copy's as soon as there is one. */
  const target = (): Database.Database => workingCopy ?? requireHeld();

  const lookingTwice = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw afterSecondLook(workingCopy ?? requireLive().connection, error);
    }
  };

  const waiting = <T>(waitingFor: string, timeoutMs: number, attempt: () => T | Promise<T>): Promise<T> =>
    waitOutBusy(attempt, {
      timeoutMs,
      onWait: (attemptNumber, waitedMs) =>
        tell({ kind: 'waiting', waitingFor, attempt: attemptNumber, waitedMs, timeoutMs }),
    });
  const progress =
    (task: string): BackupProgress =>
    (done, total) =>
      tell({ kind: 'progress', task, done, total, unit: 'page' });

  const takeWriteLock = (busyTimeoutMs: number) =>
    waiting('the write lock of the database', busyTimeoutMs, () => requireLive().connection.exec('BEGIN IMMEDIATE'));

  return {
    async hold({ database, busyTimeoutMs }) {
      patienceMs = Math.max(patienceMs, busyTimeoutMs);
      live = await waiting('the database to be readable', busyTimeoutMs, () => openLiveFile(database));
      const { connection } = live;
      try {
        await takeWriteLock(busyTimeoutMs);
        probeWrite(live);
        fence = live.fence();
        const held = heldState(connection);
        atBase = held.current.length === 0;
        return held;
      } catch (error) {
        throw explainOpening(database, afterSecondLook(connection, error));
      }
    },

    async readSchema() {
      const connection = target();
      return lookingTwice(() =>
        readStoredSchema({ all: (sql) => connection.prepare(sql).all() as Record<string, unknown>[] }),
      );
    },

    async countRows({ most }) {
      return lookingTwice(() => countRowsUpTo(queryPort(requireHeld()), most));
    },

    async holdAgain({ busyTimeoutMs }) {
      invariant(fence !== undefined, 'holdAgain before hold');
      await takeWriteLock(busyTimeoutMs);
      const othersWrote = requireLive().othersWroteSince(fence);
      fence = requireLive().fence();
      return { othersWrote };
    },

    async emptyWal() {
      checkpoint(requireLive());
      return null;
    },

    async release() {
      const { connection } = requireLive();
      if (connection.inTransaction) connection.exec('ROLLBACK');
      await faultPoint('engine:released');
      return null;
    },

    async load({ steps }) {
      modules = await loadModules(steps);
      return null;
    },

    async copy({ to, journalMode }) {
      requireHeld();
      // A second connection: a backup from the one that holds the lock silently copies nothing.
      const { path } = requireLive();
      const reader = openDatabase(path, { readonly: true, fileMustExist: true, timeout: 0 });
      try {
        if (reader.pragma('page_count', { simple: true }) === 0) return { pages: createEmptyDatabase(to) };
        const pages = await backUp(reader, to, progress('snapshot'));
        await faultPoint('engine:copied');
        try {
          setJournalModeOfCopy(to, journalMode);
        } catch (error) {
          // The copy is as damaged as its source.
          throw explainOpening(path, error);
        }
        return { pages };
      } finally {
        reader.close();
      }
    },

    async useWorkingCopy({ path }) {
      workingCopy = openDatabase(path, { fileMustExist: true, timeout: 0 });
      workingCopy.pragma('foreign_keys = OFF');
      // A scratch file is discarded after a crash, so it need not be durable.
      workingCopy.pragma('synchronous = OFF');
      tune(workingCopy);
      return null;
    },

    async migrate({ steps, liveFile }) {
      const before = liveFile === 'may change' ? undefined : closeGate(requireHeld());
      const connection = target();
      const on = workingCopy === undefined ? 'live file' : 'working copy';
      try {
        writes = followWrites(connection);
        objectsBefore = storedObjects(connection);
        const migrated = await runMigration({ connection, on, steps, modules, writes, before, tell, usedLate });
        left = migrated.left;
        if (workingCopy === undefined) requireHeld();
        else requireSameFormat(requireLive().connection, workingCopy);
        return migrated;
      } catch (error) {
        const told = afterSecondLook(workingCopy ?? requireLive().connection, error);
        throw atBase ? failedAtBase(told) : told;
      }
    },

    async measure({ statistics, extent }) {
      const written: Written =
        extent === 'everything' ? { kind: 'every table', because: 'everything is checked' } : requireWrites().all();
      const measured = lookingTwice(() => measureAfter(queryPort(target()), statistics, written));
      if (objectsBefore === undefined || measured.measurement.integrity.length > 0) return { ...measured, broken: [] };
      const objectsAfter = lookingTwice(() => storedObjects(target()));
      return { ...measured, broken: brokenBy(objectsBefore, objectsAfter, left) };
    },

    async changedTables({ snapshot, pages }) {
      const copy = workingCopy;
      return lookingTwice(() =>
        copy === undefined
          ? (changedTables(requireHeld(), requireLive().path, snapshot) ?? null)
          : changedTablesOfCopy(copy, pages, snapshot),
      );
    },

    async references({ snapshot, tables }) {
      const before = openDatabase(snapshot, { readonly: true, fileMustExist: true, timeout: 0 });
      try {
        tune(before);
        return lookingTwice(() => countReferences(queryPort(before), queryPort(target()), tables));
      } finally {
        before.close();
      }
    },

    async findTriggers() {
      return lookingTwice(() => triggersOnApplied(appliedPort(target())));
    },

    async record({ current, rows, triggers }) {
      const connection = target();
      lookingTwice(() =>
        inTransaction(connection, () =>
          writeBeside(appliedPort(connection, requireWrites()), { current, rows }, triggers),
        ),
      );
      return null;
    },

    async nameSnapshot({ runId, rows, snapshot }) {
      const connection = target();
      const port = appliedPort(connection);
      inTransaction(connection, () => writeAlone(port, rows, () => nameSnapshot(port, runId, snapshot)));
      return null;
    },

    async commit({ busyTimeoutMs }) {
      const connection = requireHeld();
      await faultPoint('engine:before-commit');
      // In a rollback-journal mode readers block a COMMIT; the transaction stays open and COMMIT can be retried.
      await waiting('readers to let the commit through', busyTimeoutMs, () => {
        requireHeld();
        connection.exec('COMMIT');
      });
      await faultPoint('engine:after-commit');
      checkpoint(requireLive());
      return null;
    },

    async lookForOthers() {
      invariant(fence !== undefined, 'lookForOthers before hold');
      try {
        return { othersWrote: requireLive().othersWroteSince(fence) };
      } catch (error) {
        // A process that holds the file locked is about to write.
        if (!isBusy(error)) throw error;
        return { othersWrote: true };
      }
    },

    async replace({ source, purpose, busyTimeoutMs }) {
      requireHeld();
      await faultPoint('engine:before-replace');
      let agreed = fence;
      invariant(agreed !== undefined, 'replace before hold');
      workingCopy?.close();
      workingCopy = undefined;
      const { connection, path } = requireLive();
      const from = openDatabase(source, { readonly: true, fileMustExist: true, timeout: 0 });
      tune(from);
      try {
        // The restore's own connection needs the lock; the fence below shows a commit in the gap.
        connection.exec('ROLLBACK');
        if (agreed.wal && pageSizeOf(connection) !== pageSizeOf(from)) agreed = await leaveWal(agreed, busyTimeoutMs);
        const last = agreed;
        await waiting(`readers and writers to let the ${purpose} through`, busyTimeoutMs, () =>
          backUp(from, path, progress(purpose), () => {
            if (requireLive().othersWroteBeforeRestore(last)) throw new OthersWrote();
          }),
        );
        await faultPoint('engine:replaced');
        // If it is unknown, the old fence stays: after this commit of ours it reports a write by others.
        fence = behindOwnCommit(requireLive(), last) ?? fence;
      } catch (error) {
        if (error instanceof OthersWrote) return { outcome: 'others-wrote' };
        throw error;
      } finally {
        from.close();
      }
      checkpoint(requireLive());
      return { outcome: 'replaced' };
    },

    async maintain({ step, checksum, runId, busyTimeoutMs }) {
      const { connection } = requireLive();
      const pragmas = followPragmas();
      await faultPoint('engine:maintain');
      const report = await waiting('other connections to let a maintenance statement through', busyTimeoutMs, () =>
        runTold(
          step,
          { before: pragmas.note },
          (listener) => runStep(connection, step, 'autocommit', modules, listener),
          tell,
        ),
      );
      pragmas.requireEffect(connection, step);
      await takeWriteLock(busyTimeoutMs);
      try {
        const port = appliedPort(connection);
        writeAlone(port, 1, () => markDone(port, runId, { ...report, checksum }));
      } catch (error) {
        if (connection.inTransaction) connection.exec('ROLLBACK');
        throw error;
      }
      await waiting('readers to let the commit through', busyTimeoutMs, () => connection.exec('COMMIT'));
      checkpoint(requireLive());
      return report;
    },

    async verify() {
      // Any read can meet a writer, and a busy database is not a damaged one.
      return waiting('the database to be readable', patienceMs, () => readBack(requireLive().path));
    },

    async close() {
      workingCopy?.close();
      live?.connection.close();
      return null;
    },

    replay({ seed, steps, rows }) {
      return replaySteps(seed, steps, rows);
    },

    survey({ seed, steps, afterFailure }) {
      return survey(seed, steps, afterFailure);
    },

    async compile(stored) {
      return inScratch(openScratch, (db) => compileObjects(db, stored).objects);
    },

    async readWhole({ database }) {
      const { readEquipped } = await import('./read-equipped.ts');
      const { readWhole } = await import('../checks/whole-database.ts');
      return readEquipped(database, readWhole);
    },

    async readStatistics({ database, statistics }) {
      const { readEquipped } = await import('./read-equipped.ts');
      return readEquipped(database, (reader) => readStatistics(reader, statistics));
    },

    async setJournalMode({ mode, busyTimeoutMs }) {
      const { connection } = requireLive();
      const now = await waiting('other connections to let the journal mode be set', busyTimeoutMs, () =>
        setJournalMode(connection, mode),
      );
      return { mode: now };
    },
  };

  /**
   * A database in WAL mode keeps its page size: SQLite reports SQLITE_READONLY for a backup with another one. So it leaves
   * WAL mode first, which needs exclusive access; the backup then brings the journal mode of its source along.
   */
  async function leaveWal(agreed: Fence, busyTimeoutMs: number): Promise<Fence> {
    const { connection, fence: fenceNow, othersWroteSince } = requireLive();
    await waiting('other connections to close, since the page size changes', busyTimeoutMs, () =>
      setJournalMode(connection, 'delete'),
    );
    await takeWriteLock(busyTimeoutMs);
    try {
      if (othersWroteSince(agreed)) throw new OthersWrote();
      return fenceNow();
    } finally {
      connection.exec('ROLLBACK');
    }
  }
}

function pageSizeOf(connection: Database.Database): unknown {
  return connection.pragma('page_size', { simple: true });
}

/** Another process committed between our lock and the restore's: the restore must not go on. */
class OthersWrote extends Error {}

/** Reads through a fresh connection, which sees what any other process would see. */
function readBack(path: string): EngineRequests['verify']['gives'] {
  const fresh = openDatabase(path, { readonly: true, fileMustExist: true, timeout: 0 });
  try {
    // One transaction: between two, another writer could commit.
    fresh.exec('BEGIN');
    tune(fresh);
    const { damage } = quickCheck(queryPort(fresh));
    return { problems: damage, current: damage.length > 0 ? [] : readApplied(appliedPort(fresh)).current };
  } finally {
    fresh.close();
  }
}

function behindOwnCommit(live: LiveFile, before: Fence): Fence | undefined {
  try {
    return live.fenceBehindOwnCommit(before);
  } catch (error) {
    if (!isBusy(error)) throw error;
    return undefined;
  }
}

function heldState(connection: Database.Database): HeldNow {
  return {
    ...readApplied(appliedPort(connection)),
    pageCount: connection.pragma('page_count', { simple: true }) as number,
    pageSize: connection.pragma('page_size', { simple: true }) as number,
    journalMode: connection.pragma('journal_mode', { simple: true }) as string,
    sqliteVersion: connection.prepare('SELECT sqlite_version()').pluck().get() as string,
  };
}

/** Moves the WAL into the file, so that the file alone is complete. Readers may prevent it, which does no harm. */
function checkpoint(live: LiveFile): void {
  try {
    // In a rollback-journal mode even this query can meet a writer's lock.
    if (live.connection.pragma('journal_mode', { simple: true }) !== 'wal') return;
    live.connection.pragma('wal_checkpoint(TRUNCATE)');
  } catch (error) {
    if (!isBusy(error)) throw error;
  }
}

/** Writes in the open transaction; on a working copy none is open, so it begins one. */
function inTransaction(connection: Database.Database, write: () => void): void {
  if (connection.inTransaction) write();
  else connection.transaction(write)();
}

function appliedPort(connection: Database.Database, writes?: WrittenSet): AppliedPort {
  return {
    all: (sql, ...params) => connection.prepare(sql).all(...params),
    run: (sql, ...params) => {
      writes?.note(sql, params);
      connection.prepare(sql).run(...params);
    },
  };
}
