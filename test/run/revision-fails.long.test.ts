/** The revisions that fail and that the default suite leaves out, or tries in the other journal mode. */
import { describe } from 'node:test';
import { failingChecks } from '../checks/cases-failing-checks.ts';
import { failingRevisions, refusedWhenRead } from './cases-failing-revisions.ts';

describe('more revisions that fail', { concurrency: 2 }, () => {
  failingRevisions('rest');
  refusedWhenRead('rest');
  failingChecks('rest');
});
