/** What the quick and the long tests of this subject share. */
import { tableRevision } from '../harness/project.ts';

export const two = { 'a1.sql': tableRevision('a1', undefined), 'a2.sql': tableRevision('a2', 'a1') };

export const idle = (running: { activity: unknown; windows: readonly { lastOpened: string | null }[] }) =>
  running.activity === null && running.windows.every(({ lastOpened }) => lastOpened !== null);
