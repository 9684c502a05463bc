/**
 * Finishes an interrupted run. The journal says what it intended, the database says how far it came, and together they
 * give one right ending for each phase:
 *
 * | journal     | the database has the run's history row | ending                                                  |
 * |-------------|----------------------------------------|---------------------------------------------------------|
 * | none        |                                        | nothing to do                                           |
 * | working     | no                                     | SQLite has rolled back: the old state                   |
 * | committing  | no                                     | the same                                                |
 * | committing  | yes                                    | the commit happened: verify it, as below                |
 * | committed   | yes                                    | verify; if it is not sound, restore behind the fence    |
 * | restoring   |                                        | the content is still what was being replaced, or the file is damaged: restore again, by exchange if it cannot be read; it is the snapshot's: done; neither: others have written, nothing is undone |
 * | exchanging  |                                        | replace the damaged file with the snapshot again; if another file has been put there meanwhile, leave it alone |
 */
import { existsSync } from 'node:fs';
import type { Engine } from '../engine/client.ts';
import type { HeldState } from '../engine/protocol.ts';
import { type DrydockError, invariant, unreachable } from '../errors.ts';
import { hashFile } from '../files/content-hash.ts';
import { removeFile } from '../files/durable.ts';
import { describeRevisions } from '../format.ts';
import { lookUpSnapshot, removeLeftovers, type Snapshot } from '../snapshots/catalog.ts';
import { engineFor, inspectOptions, type RunContext, stoppable, useSnapshot } from './context.ts';
import {
  databaseMissing,
  interruptedCommitUnsound,
  interruptedExchangeOverwritten,
  interruptedRestoreOverwritten,
  sourceMissing,
  sourceUnfit,
} from './endings.ts';
import { fileState, isSameState } from './file-state.ts';
import { takeWriteLock } from './hold.ts';
import { type RunJournal, recallJournal, removeJournal } from './journal.ts';
import { removeWorkingCopy } from './migrate.ts';
import type { RecoveryReport } from './outcome.ts';
import { NotExamined, proveSnapshot, SnapshotUnfit } from './prove-snapshot.ts';
import { removeDeadRehearsal } from './rehearsal-copy.ts';
import { exchangeFile, exchangeState } from './replace-file.ts';
import { isBeyondOpening, restoreByExchange, restoreOrOthers, settleExchanged, settleRestored } from './restore.ts';
import { copyLive } from './take-snapshot.ts';
import { restoreAfterCommit, verifyCommitted } from './verify.ts';

/**
 * Must be called under the lock between runs, before anything else.
 * @returns How the interrupted run ended, or null if none was interrupted.
 * @throws {DrydockError} RESTORED, NOT_RESTORED or RESTORE_FAILED if the new run must not go on from there.
 */
export async function recover(context: RunContext): Promise<RecoveryReport | null> {
  const { layout } = context;
  removeLeftovers(layout);
  removeWorkingCopy(context);
  removeDeadRehearsal(context);
  const journal = recallJournal(context);
  if (journal === undefined) return null;
  if (journal.exchanging !== null) {
    return finishExchange(context, journal, journal.exchanging);
  }
  if (!existsSync(layout.database)) throw databaseMissing(layout, journal);
  // Before the engine opens the file, since opening may already change it.
  const found = fileState(context);
  const engine = await engineFor(context);
  try {
    const held = await stoppable(context, engine, takeWriteLock(context, engine));
    return await finish(context, engine, journal, held, isSameState(found, journal.committedFile));
  } catch (error) {
    if (journal.restoring === null || !isBeyondOpening(error)) throw error;
  } finally {
    await engine.stop();
  }
  return exchangeDamaged(context, journal, requireSource(context, journal, journal.restoring.source));
}

async function finishExchange(
  context: RunContext,
  journal: RunJournal,
  { source: id, damagedInode }: NonNullable<RunJournal['exchanging']>,
): Promise<RecoveryReport> {
  const source = requireSource(context, journal, id);
  const state = exchangeState(context, damagedInode);
  if (state === 'another file') {
    removeFile(context.layout.incoming);
    removeJournal(context);
    throw interruptedExchangeOverwritten(context.layout, journal, id);
  }
  if (state === 'to do') {
    await requireFit(context, journal, source);
    await exchangeFile(context, { snapshot: source, damagedInode, runId: journal.runId });
  }
  await settleExchanged(context, source);
  return ended(context, journal, 'restored', `Snapshot ${id} was put in the place of the damaged file`);
}

async function finish(
  context: RunContext,
  engine: Engine,
  journal: RunJournal,
  held: HeldState,
  untouchedSinceCommit: boolean,
): Promise<RecoveryReport> {
  switch (journal.phase) {
    case 'working':
    case 'committing':
    case 'committed':
      if (!held.history.some((row) => row.runId === journal.runId)) {
        return ended(
          context,
          journal,
          'rolled-back',
          `The database is at ${describeRevisions(held.current)}, as before that run`,
        );
      }
      await engine.call('release', {});
      return verifyAgain(context, engine, journal, untouchedSinceCommit);
    case 'restoring':
      return finishRestore(context, engine, journal, held);
    case 'exchanging':
      throw new Error('an exchange is finished without the engine');
    default:
      return unreachable(journal.phase);
  }
}

async function verifyAgain(
  context: RunContext,
  engine: Engine,
  journal: RunJournal,
  untouchedSinceCommit: boolean,
): Promise<RecoveryReport> {
  const [problem] = await verifyCommitted(engine, journal.to);
  if (problem === undefined) {
    return ended(
      context,
      journal,
      'committed',
      `That run had committed: the database is at ${describeRevisions(journal.to)}`,
    );
  }
  const snapshot = journal.snapshot === null ? undefined : lookUpSnapshot(context.layout, journal.snapshot);
  if (snapshot !== undefined && untouchedSinceCommit)
    return restoreAfterCommit(context, engine, journal, useSnapshot(context, snapshot), problem);
  removeJournal(context);
  throw interruptedCommitUnsound(context.layout, journal, problem, snapshot);
}

/** The content shows how far the restore came, since it is one transaction: all or nothing. */
async function finishRestore(
  context: RunContext,
  engine: Engine,
  journal: RunJournal,
  held: HeldState,
): Promise<RecoveryReport> {
  invariant(journal.restoring !== null, 'a journal that says restoring does not say what');
  const source = requireSource(context, journal, journal.restoring.source);
  const kept = lookUpSnapshot(context.layout, journal.restoring.kept);
  const now = await copyLive(context, engine, held);
  const { contentSha256 } = await hashFile(now.path, context.stop);
  removeFile(now.path);
  if (contentSha256 === kept?.manifest.contentSha256) {
    await requireFit(context, journal, source);
    const { outcome } = await engine.call('replace', {
      source: source.path,
      purpose: 'restore',
      busyTimeoutMs: context.request.config.busyTimeoutMs,
    });
    if (outcome === 'others-wrote') throw othersWrote(context, journal, source);
    await settleRestored(context, engine, source);
  } else if (contentSha256 === source.manifest.contentSha256) {
    await engine.call('release', {});
    await settleRestored(context, engine, source);
  } else {
    await restoreDamaged(context, engine, journal, held, source);
  }
  return ended(
    context,
    journal,
    'restored',
    `Snapshot ${source.manifest.id} was put back: the database is at ${describeRevisions(source.manifest.revision)}`,
  );
}

/**
 * The content is neither state: others have written, or the file is damaged. SQLite truncates a shrunken file after it
 * has removed its rollback journal, and a power cut may undo the removal and keep the truncation. A damaged file is
 * kept too.
 */
async function restoreDamaged(
  context: RunContext,
  engine: Engine,
  journal: RunJournal,
  held: HeldState,
  source: Snapshot,
): Promise<void> {
  const { problems } = await engine.call('verify', {});
  if (problems.length > 0) {
    await requireFit(context, journal, source);
    if ((await restoreOrOthers(context, engine, source, held, journal)) !== null) return;
  } else {
    await engine.call('release', {});
  }
  throw othersWrote(context, journal, source);
}

/** The file is too damaged for SQLite to read. Refused if a process has it open. */
async function exchangeDamaged(context: RunContext, journal: RunJournal, source: Snapshot): Promise<RecoveryReport> {
  await requireFit(context, journal, source);
  await restoreByExchange(context, source, () => journal);
  const message = `Snapshot ${source.manifest.id} was put in the place of the damaged file`;
  return ended(context, journal, 'restored', message);
}

/** @throws {SourceUnusable} */
function requireSource(context: RunContext, journal: RunJournal, id: string): Snapshot {
  const snapshot = lookUpSnapshot(context.layout, id);
  if (snapshot === undefined) throw sourceMissing(context.layout, journal, id);
  return useSnapshot(context, snapshot);
}

/** It was verified when the restore began, which may be long ago. @throws {SourceUnusable} */
async function requireFit(context: RunContext, journal: RunJournal, source: Snapshot): Promise<void> {
  await proveSnapshot(source, inspectOptions(context)).catch((error: unknown) => {
    if (error instanceof NotExamined) throw error.cause;
    throw error instanceof SnapshotUnfit ? sourceUnfit(journal, source, error) : error;
  });
}

function othersWrote(context: RunContext, journal: RunJournal, source: Snapshot): DrydockError {
  removeJournal(context);
  return interruptedRestoreOverwritten(journal, source);
}

function ended(
  context: RunContext,
  journal: RunJournal,
  outcome: RecoveryReport['outcome'],
  message: string,
): RecoveryReport {
  removeJournal(context);
  context.observer({
    kind: 'note',
    message: `run ${journal.runId} (${journal.command}) had been interrupted while ${journal.phase}; ${message}`,
  });
  return { runId: journal.runId, command: journal.command, interruptedIn: journal.phase, outcome, message };
}
