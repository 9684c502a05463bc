/** The revisions that fail once more, each in the journal mode that the default suite leaves out. */
import { describe } from 'node:test';
import { failingChecks } from '../checks/cases-failing-checks.ts';
import { failingRevisions } from './cases-failing-revisions.ts';

describe('revisions that fail, in the other journal mode', { concurrency: 2 }, () => {
  failingRevisions('rest');
  failingChecks('rest');
});
