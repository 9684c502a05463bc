import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { checksum } from '../../src/revisions/files/checksum.ts';
import { sha256 } from '../../src/revisions/files/sha256.ts';

test('the checksum is sha256 of the UTF-8 text', () => {
  // printf 'größe\n' | sha256sum
  assert.equal(checksum('größe\n'), '80509adb883cb2f4aac2f5ec0461503ff7dad5a379ad05b97e04afd29f3b3a4a');
});

test('a BOM and the kind of line ending make no difference', () => {
  const wanted = checksum('a\nb\n\nc\n');
  for (const text of ['\uFEFFa\nb\n\nc\n', 'a\r\nb\r\n\r\nc\r\n', 'a\rb\r\rc\r', '\uFEFFa\r\nb\n\rc\r\n']) {
    assert.equal(checksum(text), wanted, JSON.stringify(text));
  }
});

test('anything else makes a difference', () => {
  const texts = ['a\nb', 'a\nb\n', 'a\n b', 'a b', 'A\nb', 'a\n\uFEFFb', 'a\n\nb'];
  assert.equal(new Set(texts.map(checksum)).size, texts.length);
});

test('what is hashed without Node is what Node makes of it, at every length around the blocks', () => {
  const long = 'ALTER TABLE größe ADD COLUMN 水深 REAL; -- 🚢\n'.repeat(400);
  for (const length of [...Array(260).keys(), 16_383, 16_384, 16_385]) {
    const text = long.slice(0, length);
    assert.equal(sha256(text), createHash('sha256').update(text, 'utf8').digest('hex'), `${length} characters`);
  }
});

test('the checksum of many texts is that of each, past where Node takes over', () => {
  for (let index = 0; index < 50; index += 1) {
    const text = String(index).repeat(500);
    assert.equal(checksum(text), createHash('sha256').update(text, 'utf8').digest('hex'));
  }
});
