/** The lockfiles: whoever installs from them gets the bytes that were tested, from whichever registry. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectRoot } from '../harness/files.ts';

interface Locked {
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: true;
}

for (const lockfile of ['package-lock.json', 'peers/package-lock.json']) {
  test(`each package of ${lockfile} is known by its sha512, and by no host`, () => {
    const { packages } = JSON.parse(readFileSync(join(projectRoot, lockfile), 'utf8')) as {
      packages: Record<string, Locked>;
    };
    const { '': root, ...locked } = packages;
    assert.ok(root !== undefined && Object.keys(locked).length > 50, 'there is something to look at');
    for (const [name, { integrity, resolved, link }] of Object.entries(locked)) {
      assert.equal(link, undefined, `${name} is a link`);
      assert.match(integrity ?? '', /^sha512-[A-Za-z0-9+/]{86}==$/, name);
      assert.equal(resolved, undefined, name);
    }
  });
}
