/**
 * The run journal: one small file beside the database that says how far a run has come, so that the next start can
 * finish what a killed run left. It is written whole and durably before each step that it announces, and removed when
 * nothing is left to finish. It records intentions; whether a commit happened is in the database itself.
 */
import * as z from 'zod/mini';
import { codeOf, DrydockError, messageOf } from '../errors.ts';
import { removeDurably } from '../files/durable.ts';
import { jsonProblem } from '../files/json-problem.ts';
import { type Layout, snapshotsBeside } from '../files/layout.ts';
import { readOwnFile, writeOwnedFile } from '../files/owned-file.ts';
import type { RunContext } from './context.ts';

/**
 * - working: the live file may hold uncommitted pages; SQLite rolls them back.
 * - committing: the commit was ordered; the history table says whether it happened.
 * - committed: the commit is durable, but not verified yet.
 * - restoring: the live file is being made equal to a snapshot.
 * - exchanging: a live file that cannot be opened is being moved aside and a snapshot put in its place.
 */
const phaseSchema = z.enum(['working', 'committing', 'committed', 'restoring', 'exchanging']);
export type JournalPhase = z.infer<typeof phaseSchema>;

/** A file's identity and state according to stat(2): if two are equal, nothing was committed in between. */
const fileStateSchema = z.strictObject({
  inode: z.string(),
  bytes: z.string(),
  mtimeNs: z.string(),
  walBytes: z.string(),
});
export type FileState = z.infer<typeof fileStateSchema>;

const journalSchema = z.strictObject({
  format: z.literal(1),
  runId: z.string(),
  command: z.string(),
  phase: phaseSchema,
  startedAt: z.iso.datetime(),
  toolVersion: z.string(),
  /** Rows of alembic_version before the run, and after it if it commits. */
  from: z.array(z.string()),
  to: z.array(z.string()),
  /** The snapshot of the state before the run. */
  snapshot: z.nullable(z.string()),
  /** Its folder, if the config names one. */
  snapshots: z.optional(z.string()),
  /** Once 'committed': the live file as the commit left it, or null if its WAL could not be emptied. */
  committedFile: z.nullable(fileStateSchema),
  /** While 'restoring': the snapshot being restored, and the one that keeps what it replaces. */
  restoring: z.nullable(z.strictObject({ source: z.string(), kept: z.string() })),
  /** While 'exchanging': the snapshot, and the inode of the damaged file; null if there was none. */
  exchanging: z.nullable(z.strictObject({ source: z.string(), damagedInode: z.nullable(z.string()) })),
});

export type RunJournal = z.infer<typeof journalSchema>;

/**
 * Announces a run before it writes anything to the disk.
 * @param heads Rows of alembic_version before the run, and after it if it commits.
 */
export function beginJournal(
  context: RunContext,
  heads: { readonly from: readonly string[]; readonly to: readonly string[] },
): RunJournal {
  return writeJournal(context, {
    format: 1,
    runId: context.runId,
    command: context.request.command.verb,
    phase: 'working',
    startedAt: context.startedAt.toISOString(),
    toolVersion: context.request.toolVersion,
    from: [...heads.from],
    to: [...heads.to],
    snapshot: null,
    ...snapshotsElsewhere(context.layout),
    committedFile: null,
    restoring: null,
    exchanging: null,
  });
}

function snapshotsElsewhere({ database, snapshots }: Layout): Pick<RunJournal, 'snapshots'> {
  return snapshots === snapshotsBeside(database) ? {} : { snapshots };
}

/** Writes the journal durably; only then may the announced step begin. */
export function writeJournal(context: RunContext, journal: RunJournal): RunJournal {
  const text = `${JSON.stringify(journalSchema.parse(journal), null, 2)}\n`;
  writeOwnedFile(context.layout.runJournal, text, context.ownership);
  context.journal.phase = journal.phase;
  return journal;
}

/**
 * Nothing is left to finish. Failing to remove the journal does not change how the run ended: the next start finds that
 * out again.
 */
export function removeJournal({ layout, observer, journal }: RunContext): void {
  journal.phase = 'none';
  try {
    removeDurably(layout.runJournal);
  } catch (error) {
    const message = `the run journal ${layout.runJournal} could not be removed, so that the next start will look at this run once more: ${messageOf(error)}`;
    observer({ kind: 'warning', message });
  }
}

/** As {@link readJournal}, for the run's own database; the context remembers it from then on. */
export function recallJournal({ layout, journal }: RunContext): RunJournal | undefined {
  const found = readJournal(layout.runJournal);
  journal.phase = found?.phase ?? 'none';
  return found;
}

/**
 * @returns undefined if no run was interrupted.
 * @throws {DrydockError} RESTORE_FAILED if the file exists and cannot be parsed: the state of the database is then
 *   unknown, and a person must look.
 */
export function readJournal(path: string): RunJournal | undefined {
  let text: string;
  try {
    text = readOwnFile(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return journalSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new DrydockError('RESTORE_FAILED', {
      what: `The run journal ${path} of an interrupted run cannot be understood (${jsonProblem(error)})`,
      state: 'The database was not touched by this start',
      next: 'If a newer Drydock wrote it, run that version; else check the database (`drydock verify`), then move the journal away and run again',
      cause: error,
    });
  }
}
