/**
 * A run with a relative target, `-1` or `+1`, until its caller knows how it ended. If it is killed after its commit,
 * the caller tries again, and the target must not be counted from the new revision. See
 * docs/decisions/0010-a-relative-run-is-told-of.md.
 */
import * as z from 'zod/mini';
import type { HeldState } from '../engine/protocol.ts';
import { codeOf } from '../errors.ts';
import { removeDurably } from '../files/durable.ts';
import type { Layout } from '../files/layout.ts';
import { readOwnFile, writeOwnedFile } from '../files/owned-file.ts';
import { describeRevisions } from '../format.ts';
import { startsFromCurrent } from '../revisions/graph/address.ts';
import type { RunContext } from './context.ts';
import type { MigrationCommand, RecoveryReport } from './outcome.ts';

const untoldSchema = z.strictObject({
  format: z.literal(1),
  runId: z.string(),
  command: z.enum(['upgrade', 'downgrade']),
  target: z.string(),
  arguments: z.record(z.string(), z.string()),
  to: z.array(z.string()),
  at: z.iso.datetime(),
});

export type Untold = z.infer<typeof untoldSchema>;

export type RelativeCommand = Extract<MigrationCommand, { verb: 'upgrade' | 'downgrade' }>;

export function isRelative(command: MigrationCommand): command is RelativeCommand {
  return (command.verb === 'upgrade' || command.verb === 'downgrade') && startsFromCurrent(command.target);
}

/** Must be called before the commit is ordered. A run that does not commit leaves no history row, so the mark means nothing. */
export function markUntold({ layout, ownership, runId, request }: RunContext, to: readonly string[]): void {
  const command = request.command as MigrationCommand;
  if (!isRelative(command)) return;
  const untold: Untold = {
    format: 1,
    runId,
    command: command.verb,
    target: command.target,
    arguments: { ...command.arguments },
    to: [...to],
    at: new Date().toISOString(),
  };
  writeOwnedFile(layout.untold, `${JSON.stringify(untoldSchema.parse(untold), null, 2)}\n`, ownership);
}

/**
 * @param began When the asking command began: a command that was there before the run's end is no retry.
 * @returns The run that has done what the command asks for without its caller knowing; undefined if there is none.
 */
export function untoldRun(
  layout: Layout,
  { current, history }: Pick<HeldState, 'current' | 'history'>,
  command: MigrationCommand,
  began: Date,
): Untold | undefined {
  const untold = isRelative(command) ? readUntold(layout) : undefined;
  if (untold === undefined || !isSameCommand(untold, command as RelativeCommand)) return undefined;
  const isLast = history.at(-1)?.runId === untold.runId && current.toSorted().join() === untold.to.toSorted().join();
  return isLast && new Date(untold.at) < began ? untold : undefined;
}

export function isMarked(layout: Layout, runId: string): boolean {
  return readUntold(layout)?.runId === runId;
}

export function describeUntold({ runId, command, to }: Untold): RecoveryReport {
  const message = `That run had committed, and ended before it could say so: the database is at ${describeRevisions(to)}`;
  return { runId, command, interruptedIn: 'committed', outcome: 'committed', message };
}

/** The caller knows how the run ended. */
export function told(layout: Layout, runId: string): void {
  if (isMarked(layout, runId)) removeDurably(layout.untold);
}

function isSameCommand(untold: Untold, { verb, target, arguments: given = {} }: RelativeCommand): boolean {
  return untold.command === verb && untold.target === target && sorted(untold.arguments) === sorted(given);
}

function sorted(given: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(given).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/** An invalid file is ignored: ours are written whole or not at all. */
function readUntold({ untold: path }: Layout): Untold | undefined {
  let text: string;
  try {
    text = readOwnFile(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
  return untoldSchema.safeParse(parsed(text)).data;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
