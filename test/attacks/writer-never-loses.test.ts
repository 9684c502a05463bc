/** A process that writes all the time while runs succeed, fail, go back and restore: no row that it was told of is lost. */
import { describe, test } from 'node:test';
import { journalModes } from '../harness/files.ts';
import { runsBesideWriter } from './helpers-beside-writer.ts';

describe('a writer that never stops', { concurrency: 2 }, () => {
  for (const mode of journalModes) {
    test(`no lost write: runs that succeed, fail, go back and restore beside a constant writer (${mode})`, (t) =>
      runsBesideWriter(t, mode, 1));
  }
});
