/** A process that writes all the time while runs succeed, fail, go back and restore: no row that it was told of is lost. */
import { test } from 'node:test';
import { runsBesideWriter } from './cases-beside-writer.ts';

// In a rollback-journal mode such a writer leaves hardly a gap to come in by, so that it takes minutes: see writer.test.ts.
test('no lost write: runs that succeed, fail, go back and restore beside a constant writer (wal)', (t) =>
  runsBesideWriter(t, 'wal', 1));
