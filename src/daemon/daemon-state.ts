/** What the daemon must know after a restart: which openings are dealt with, and whether it may write at all. */
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
      /** Of the window whose openings these were: of another cron they say nothing. */
      cron: z.string(),
      timeZone: z.string(),
      /** Every opening up to this instant was used, or is not to be. */
      dealtWithUntil: instant,
      lastOpened: z.nullable(instant),
    }),
  ),
  /** Why nothing is to be written to the database any more. */
  held: z.nullable(z.object({ code, since: instant, what: z.string(), next: z.nullable(z.string()) })),
  /** The last verification that came to an end, at that instant; without a finding it found the database sound. */
  verified: z.nullable(
    z.object({
      /** What an earlier version wrote does not have it. */
      began: z.optional(instant),
      at: instant,
      finding: z.nullable(z.string()),
    }),
  ),
  /** When each task last ended well, also where there was nothing to do. */
  succeeded: z.record(z.string(), instant),
});

export type DaemonMemory = z.infer<typeof memorySchema>;
export type WindowMemory = DaemonMemory['windows'][string];
export type Hold = NonNullable<DaemonMemory['held']>;

export interface MemoryKeeper {
  /** Read anew each time: two daemons of one database learn from each other. */
  recall(): DaemonMemory;
  change(update: (memory: DaemonMemory) => DaemonMemory): void;
}

const nothing: DaemonMemory = { format: 1, windows: {}, held: null, verified: null, succeeded: {} };

/**
 * @param warn Is told where it cannot be written: it then lasts as long as this process does.
 * @throws {DrydockError} PREFLIGHT where the file cannot be read or understood: it may say that nothing is to be written.
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
        if (saved) warn(`what the daemon must know after a restart cannot be written down: ${messageOf(error)}`);
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
      what: `${path}, in which the daemon keeps what it must know, cannot be understood (${jsonProblem(error)})`,
      state: 'Nothing was changed',
      next: 'If a newer Drydock wrote it, run that version; else look at the database (drydock verify), then move the file away',
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
  // Where there is no database yet there is nobody to own the file.
  if (!isThere(layout.database)) throw new Error(`there is no database at ${layout.database}`);
  const ownership = ownershipOf(layout.database);
  ensureDirectory(layout.work, layout.directory, ownership);
  // Another daemon of this database, whose windows open at the same minute, writes at the same moment.
  const temporary = `${layout.daemonMemory}.${randomUUID()}.tmp`;
  writeOwnedFile(layout.daemonMemory, `${JSON.stringify(memory, null, 2)}\n`, ownership, temporary);
}
