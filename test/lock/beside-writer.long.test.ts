/** The constant writer once more, for more rounds, and in the mode in which it leaves hardly a gap. */
import { describe, test } from 'node:test';
import { bothJournalModes } from '../harness/files.ts';
import { runsBesideWriter } from './cases-beside-writer.ts';

describe('a writer that never stops, for long', { concurrency: 2 }, () => {
  for (const mode of bothJournalModes) {
    test(`no lost write: three rounds of runs beside a constant writer (${mode})`, (t) => runsBesideWriter(t, mode, 3));
  }
});
