/** What the daemon must remember across restarts: which openings are dealt with, and whether it may write at all. */
import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import { codeOf, DrydockError, type ErrorCode, exitCodes, messageOf } from '../errors.ts';
import { asRefusal, isThere } from '../files/access.ts';
import { jsonProblem } from '../files/json-problem.ts';
import type { Layout } from '../files/layout.ts';
import { readOwnFile, writeOwnedFile } from '../files/owned-file.ts';
import { ensureDirectory } from '../files/owned-folder.ts';
import { ownershipOf } from '../files/ownership.ts';

const instant = z.iso.datetime();
const code = z.enum(Object.keys(exitCodes) as [ErrorCode, ...ErrorCode[]]);

const memorySchema = z.object({
  format: z.literal(1),
  windows: z.record(
    z.string(),
    z.object({
      /** The cron that these openings belong to; ignored if the window's cron has changed. */
      cron: z.string(),
      timeZone: z.string(),
      /** Every opening up to this instant was used or skipped. */
      dealtWithUntil: instant,
      lastOpened: z.nullable(instant),
    }),
  ),
  /** Why the daemon no longer writes to the database. */
  held: z.nullable(z.object({ code, since: instant, what: z.string(), next: z.nullable(z.string()) })),
  /** The last completed verification; without a finding it found the database sound. */
  verified: z.nullable(
    z.object({
      /** Earlier versions did not write it. */
      began: z.optional(instant),
      at: instant,
      finding: z.nullable(z.string()),
    }),
  ),
  /** When each task last succeeded, even if there was nothing to do. */
  succeeded: z.record(z.string(), instant),
});

export type DaemonMemory = z.infer<typeof memorySchema>;
export type WindowMemory = DaemonMemory['windows'][string];
export type Hold = NonNullable<DaemonMemory['held']>;

export interface MemoryKeeper {
  /** Reads the file each time, so that two daemons of one database see each other's changes. */
  recall(): DaemonMemory;
  change(update: (memory: DaemonMemory) => DaemonMemory): void;
}

const nothing: DaemonMemory = { format: 1, windows: {}, held: null, verified: null, succeeded: {} };

/**
 * @param warn Called if the file cannot be written: the state then lasts only as long as this process.
 * @throws {DrydockError} PREFLIGHT if the file cannot be read or parsed: it may say that the daemon must not write.
 */
export function openMemory(layout: Layout, warn: (message: string) => void): MemoryKeeper {
  let unsaved = read(layout);
  let saved = true;
  const recall = () => {
    if (saved) unsaved = readOr(layout, unsaved, warn);
    return unsaved;
  };
  return {
    recall,
    change(update) {
      unsaved = update(recall());
      try {
        write(layout, unsaved);
        saved = true;
      } catch (error) {
        if (saved) warn(`the state of the daemon cannot be saved: ${messageOf(error)}`);
        saved = false;
      }
    },
  };
}

function read({ daemonMemory: path }: Layout): DaemonMemory {
  let text: string;
  try {
    text = readOwnFile(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return nothing;
    throw asRefusal(error);
  }
  try {
    return memorySchema.parse(JSON.parse(text));
  } catch (error) {
    throw new DrydockError('PREFLIGHT', {
      what: `${path}, the state file of the daemon, cannot be parsed (${jsonProblem(error)})`,
      state: 'Nothing was changed',
      next: 'If a newer Drydock wrote it, run that version; otherwise check the database (`drydock verify`), then move the file away',
      cause: error,
    });
  }
}

function readOr(layout: Layout, otherwise: DaemonMemory, warn: (message: string) => void): DaemonMemory {
  try {
    return read(layout);
  } catch (error) {
    warn(messageOf(error));
    return otherwise;
  }
}

function write(layout: Layout, memory: DaemonMemory): void {
  // Without a database the file would have no owner.
  if (!isThere(layout.database)) throw new Error(`there is no database at ${layout.database}`);
  const ownership = ownershipOf(layout.database);
  ensureDirectory(layout.work, layout.directory, ownership);
  // A second daemon of this database, whose windows open in the same minute, may write at the same moment.
  const temporary = `${layout.daemonMemory}.${randomUUID()}.tmp`;
  writeOwnedFile(layout.daemonMemory, `${JSON.stringify(memory, null, 2)}\n`, ownership, temporary);
}
