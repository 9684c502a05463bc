/** Power cuts on ext4 with a rollback journal. In WAL mode, on xfs, and at moments that nobody chose: test/run/power-cut.long.test.ts. */
import { test } from 'node:test';
import { bothJournalModes } from '../harness/files.ts';
import { assertFailed, base, moduleRevision, scene } from '../harness/scene.ts';
import { powerCuts } from './cases-power-cut.ts';

powerCuts(
  'ext4',
  bothJournalModes.filter((mode) => mode === 'delete'),
);

test('all or nothing: each step of a commit is forced to the disk before the next one, and so is its end', async (t) => {
  const looks = `throw new Error('synchronous is ' + op.selectValue('SELECT synchronous FROM pragma_synchronous'));`;
  const it = scene(t, { mode: 'delete', files: { ...base, '002.ts': moduleRevision('002', '001_base', looks) } });
  const extra = 3;
  assertFailed(await it.run(['upgrade']), 20, `synchronous is ${extra}`);
});
