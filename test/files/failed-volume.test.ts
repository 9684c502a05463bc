/** Volumes that fail while they are in use: XFS then answers some calls with errors, and some as if nothing had happened. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { processesWithOpen } from '../../src/files/open-files.ts';
import { projectRoot, testFolder } from '../harness/files.ts';
import { faulted } from '../harness/strace.ts';
import { needsTools } from '../harness/tools.ts';
import { needs, powerTools, powerVolume } from '../harness/volumes.ts';

const owned = join(projectRoot, 'src', 'files', 'owned-file.ts');
const durable = join(projectRoot, 'src', 'files', 'durable.ts');
const xfs = needs(...powerTools, 'mkfs.xfs');

test('a proven way back: a name that a failing volume has lost is not taken for durable', {
  skip: xfs.skip || needsTools('strace').skip,
}, async (t) => {
  const volume = powerVolume(t, 'xfs');
  const temporary = join(volume.path, 'snapshot.tmp');
  writeFileSync(temporary, 'a snapshot');
  volume.settle();
  const script = `
      import { renameSync } from 'node:fs';
      import { fsyncDirectory } from '${durable}';
      renameSync('${temporary}', '${join(volume.path, 'snapshot.db')}');
      console.log('renamed');
      fsyncDirectory('${volume.path}');
      console.log('durable');`;
  const child = spawn('strace', faulted(script, volume.path, 'fsync:delay_enter=3000000'));
  const said = Promise.all([text(child.stdout), text(child.stderr)]);
  await once(child.stdout, 'data');
  await volume.cutPower(async () => {
    const [stdout, stderr] = await said;
    assert.doesNotMatch(stdout, /durable/);
    assert.match(stderr, /EIO/);
  });
});

test(
  'honest exit: a file that cannot be forced to the disk, nor removed, fails for the first of the two',
  needsTools('strace'),
  (t) => {
    const path = join(testFolder(t), 'run.json');
    const script = `
    import { writeOwnedFile } from '${owned}';
    try { writeOwnedFile('${path}', '{}', { uid: process.getuid(), gid: process.getgid(), mode: 0o600 }); } catch ({ code, message }) { console.log(code, message); }`;
    const failing = faulted(script, `${path}.tmp`, 'fsync,unlink,unlinkat:error=EIO');
    assert.match(spawnSync('strace', failing, { encoding: 'utf8' }).stdout, /^EIO EIO: i\/o error, fsync/);
  },
);

test('honest exit: who has a file open is told where another file is open on a volume that failed', xfs, async (t) => {
  const database = join(testFolder(t), 'app.db');
  writeFileSync(database, '');
  const volume = powerVolume(t, 'xfs');
  const elsewhere = openSync(join(volume.path, 'other.db'), 'w');
  const holder = spawn('sleep', ['60'], { stdio: ['ignore', elsewhere, 'ignore'] });
  t.after(() => holder.kill('SIGKILL'));
  closeSync(elsewhere);
  await volume.cutPower(async () => {
    assert.deepEqual(processesWithOpen(database), []);
    holder.kill('SIGKILL');
  });
});
