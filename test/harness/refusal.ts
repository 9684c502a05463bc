/** What every refusal must look like, and how to see that nothing was touched by it. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { visible } from '../../src/visible.ts';
import type { Result } from './drydock.ts';

/** Asserts the exit code and that stderr, log lines apart, is one plain sentence that says what is expected of it. */
export function assertRefusal(result: Result, code: number, ...says: readonly RegExp[]): void {
  assert.equal(result.code, code, `exit code, with stderr: ${result.stderr}`);
  const lines = result.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('{'));
  assert.equal(lines.length, 1, `one line on stderr: ${result.stderr}`);
  assert.match(lines[0] ?? '', /^drydock: \S.*[.?]$/, 'a sentence');
  assert.doesNotMatch(result.stderr, /\n\s+at .*:\d+:\d+/, 'no stack');
  assert.doesNotMatch(result.error, /\{ "|undefined|\[object|Unexpected:|invariant|reason was not given/);
  for (const pattern of says) assert.match(result.error, pattern);
}

/** The same, with nothing on stdout. */
export function assertSilentRefusal(result: Result, code: number, ...says: readonly RegExp[]): void {
  assertRefusal(result, code, ...says);
  assert.equal(result.stdout, '');
}

/** What `--json` prints of a refusal: one object, and nothing else, that says the same as stderr. */
export function assertJsonRefusal(result: Result, code: number, ...says: readonly RegExp[]): void {
  assertRefusal(result, code, ...says);
  assert.match(result.stdout, /^\{.*\}\n$/, 'one object on stdout');
  const { ok, error } = result.json<{ ok: boolean; error: { exitCode: number; what: string } }>();
  assert.equal(ok, false);
  assert.equal(error.exitCode, code);
  const what = visible(error.what.replace(/\s*\n\s*/g, ' '));
  assert.ok(result.error.startsWith(what), 'the object says what stderr says');
}

/**
 * Everything that can be seen of a folder from outside: one line for each entry in it, deep, with type, mode, owner,
 * size, mtime and content. Two of them are equal when nothing was written, made, renamed, touched or removed.
 *
 * @param exceptContentOf Names whose size, time and content may differ, because reading is writing there (`-shm`).
 */
export function folderState(folder: string, exceptContentOf: readonly RegExp[] = []): string {
  return entries(folder)
    .map((path) => describe(folder, path, exceptContentOf))
    .join('\n');
}

function entries(folder: string): string[] {
  return [folder, ...readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name)))].sort();
}

function describe(folder: string, path: string, exceptContentOf: readonly RegExp[]): string {
  const { mode, uid, gid, size, mtimeNs } = lstatSync(path, { bigint: true });
  const name = relative(folder, path) || '.';
  const common = `${name} ${mode.toString(8)} ${uid}:${gid}`;
  if (exceptContentOf.some((pattern) => pattern.test(name))) return common;
  return `${common} ${size} ${mtimeNs} ${contentOf(path)}`;
}

function contentOf(path: string): string {
  const stats = lstatSync(path);
  if (stats.isSymbolicLink()) return readlinkSync(path);
  return stats.isFile() ? sha256Of(path) : '-';
}

export function sha256Of(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
