/** A read that ends early and says nothing: what was hashed is not what is there. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startDrydock } from '../harness/drydock.ts';
import { contentAsLeft } from '../harness/dump.ts';
import { listed, place, placeWithSnapshot } from '../harness/place.ts';
import { assertRefusal } from '../harness/refusal.ts';
import { faultAttached, faulted } from '../harness/strace.ts';
import { missingTools } from '../harness/tools.ts';

const options = { skip: missingTools(['strace']) ?? false };
const endsEarly = 'read,pread64:retval=0';

for (const [command, pauseAt] of [
  ['upgrade', 'phase:inspect'],
  ['snapshot create', 'phase:inspect'],
  ['snapshot restore latest --yes', 'engine:copied'],
] as const) {
  test(`a proven way back: a copy that ${command} could not read whole becomes no snapshot`, options, async (t) => {
    const here = await placeWithSnapshot(t);
    if (command !== 'upgrade') assert.equal((await here.run(['upgrade'])).code, 0);
    const before = contentAsLeft(here.database);
    const listOf = async () => (await listed(here)).map(({ id }) => id);
    const ids = await listOf();
    const run = startDrydock(command.split(' '), { cwd: here.root, pauseAt });
    await run.reached();
    const copy = readdirSync(here.snapshots).find((name) => name.endsWith('.tmp')) ?? '';
    await faultAttached(t, run.process.pid ?? 0, join(here.snapshots, copy), endsEarly);
    run.goOn();
    assertRefusal(await run.finished, 12, /EIO: \S+ has [\d,]+ bytes, and 0 of them could be read/, /unchanged/);
    assert.deepEqual(await listOf(), ids);
    assert.equal(contentAsLeft(here.database), before);
  });
}

const calls = {
  hashFile: `import { hashFile } from FILES + 'content-hash.ts'; await hashFile(PATH, STOP);`,
  hashExactly: `import { hashExactly } from FILES + 'content-hash.ts'; await hashExactly(PATH, STOP);`,
  hasSamePages: `import { hasSamePages } from FILES + 'same-pages.ts'; await hasSamePages(PATH, PATH + '.copy', STOP);`,
};

for (const [name, code] of Object.entries(calls)) {
  test(`a proven way back: ${name} does not take a part of a file for the whole`, options, (t) => {
    const { database } = place(t);
    copyFileSync(database, `${database}.copy`);
    const files = new URL('../../src/files/', import.meta.url).href;
    const whole = code
      .replace(/FILES \+ '(.*?)'/, (_, file: string) => JSON.stringify(`${files}${file}`))
      .replaceAll('PATH', JSON.stringify(database))
      .replace('STOP', 'new AbortController().signal');
    const { status, stderr } = spawnSync('strace', faulted(whole, database, endsEarly), { encoding: 'utf8' });
    assert.notEqual(status, 0);
    assert.match(stderr, /EIO: \S+ has [\d,]+ bytes, and 0 of them could be read/);
  });
}
