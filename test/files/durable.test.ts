import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeOwnedFile } from '../../src/files/owned-file.ts';
import { ownershipOf } from '../../src/files/ownership.ts';
import { needs, smallVolume } from '../harness/volumes.ts';

const pages = 4096;
const self = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };

test(
  'a file for which the disk has room in part is not there, and what was there before is',
  needs('mount', 'umount'),
  (t) => {
    const volume = smallVolume(t, 1024 * 1024);
    const path = join(volume.path, 'record.json');
    writeOwnedFile(path, 'before', { ...self, mode: 0o600 });
    volume.fill(2 * pages);
    // The first two pages are written, and the call that writes them says so without an error.
    assert.throws(() => writeOwnedFile(path, 'x'.repeat(5 * pages), { ...self, mode: 0o600 }), { code: 'ENOSPC' });
    assert.equal(readFileSync(path, 'utf8'), 'before');

    const other = join(volume.path, 'other.json');
    assert.throws(() => writeOwnedFile(other, 'x'.repeat(5 * pages), ownershipOf(path)), { code: 'ENOSPC' });
    assert.ok(!existsSync(other));
    assert.ok(!readdirSync(volume.path).includes('other.json.tmp'), 'and nothing half written takes up room');
  },
);
