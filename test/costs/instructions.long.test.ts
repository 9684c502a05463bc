import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { writeProject } from '../../bench/project.ts';
import { testFolder } from '../harness/files.ts';
import { installation } from '../harness/installation.ts';
import { needsTools } from '../harness/tools.ts';
import { requireWithin } from './budget.ts';

const run = promisify(execFile);

/**
 * Of the first process, by valgrind. V8's own threads have a part in them that differs from run to run by some percent;
 * the least of three is steady.
 */
async function instructionsOf(cwd: string, args: readonly string[]): Promise<number> {
  const valgrind = ['--tool=callgrind', '--callgrind-out-file=/dev/null', '--smc-check=all-non-file'];
  const counts = [];
  for (let round = 0; round < 3; round += 1) {
    const { stderr } = await run('valgrind', [...valgrind, process.execPath, ...args], { cwd });
    const collected = /^==\d+== Collected : (\d+)/m.exec(stderr)?.[1];
    assert.ok(collected !== undefined, stderr);
    counts.push(Number(collected));
  }
  return Math.min(...counts);
}

test('a start that finds nothing pending runs no more instructions than it did', needsTools('valgrind'), async (t) => {
  const installed = await installation(t);
  const command = join(installed, 'dist', 'drydock.cjs');
  const { folder, flags } = writeProject(
    join(testFolder(t), 'project'),
    20,
    (number) => `CREATE TABLE t${number} (id);`,
  );
  await run(process.execPath, [command, 'upgrade', ...flags], { cwd: folder });
  const ofNode = await instructionsOf(folder, ['-e', '0']);
  const ofStart = await instructionsOf(folder, [command, 'upgrade', ...flags]);
  const percent = Math.round((100 * ofStart) / ofNode);
  const what = [`${ofStart} beside ${ofNode} of bare Node`];
  requireWithin('upgrade with nothing pending', { 'instructions in percent of bare Node': { count: percent, what } });
});
