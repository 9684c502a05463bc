/** The constant writer once more, for many rounds. */
import { describe, test } from 'node:test';
import { runsBesideWriter } from '../attacks/helpers-beside-writer.ts';
import { journalModes } from '../harness/files.ts';

describe('a writer that never stops, for long', { concurrency: 2 }, () => {
  for (const mode of journalModes) {
    test(`no lost write: five rounds of runs beside a constant writer (${mode})`, (t) => runsBesideWriter(t, mode, 5));
  }
});
