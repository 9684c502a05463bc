/** The revisions that fail once more, each in the journal mode that the default suite leaves out. */
import { describe } from 'node:test';
import { failingChecks } from '../attacks/helpers-failing-checks.ts';
import { failingRevisions } from '../attacks/helpers-failing-revisions.ts';

describe('revisions that fail, in the other journal mode', { concurrency: 2 }, () => {
  failingRevisions('rest');
  failingChecks('rest');
});
