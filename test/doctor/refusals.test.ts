/** What a run refuses, doctor says beforehand: with the same code, in the same words, and nothing touched. */
import assert from 'node:assert/strict';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Diagnosis } from '../../src/doctor/doctor.ts';
import { follow } from '../harness/advice.ts';
import { place } from '../harness/place.ts';
import { folderState } from '../harness/refusal.ts';
import { needs, smallVolume } from '../harness/volumes.ts';
import { refusalTests } from './cases-refusals.ts';

refusalTests('default');

test('doctor says what a run refuses: too little space', needs('mount', 'umount'), async (t) => {
  const volume = smallVolume(t, 8 * 1024 * 1024);
  const here = place(t, { root: volume.path });
  volume.fill(512 * 1024);
  const before = folderState(here.data);
  const doctor = await here.run(['doctor', '--json']);
  assert.equal(folderState(here.data), before);
  assert.equal(doctor.code, 12);
  const [first] = doctor.json<Diagnosis>().findings.filter(({ level }) => level === 'problem');
  assert.deepEqual([first?.probe, first?.code], ['space', 'PREFLIGHT']);
  assert.match(String(first?.message), /KB free, and this run needs about/);
  const upgrade = await here.run(['upgrade']);
  assert.equal(upgrade.code, 12);
  assert.match(upgrade.error, /KB free, and this run needs about/);
  await follow(here.root, upgrade.error);
});

test('doctor says what a run refuses: something in the lock directory of a dead run', async (t) => {
  const here = place(t);
  const lock = `${here.database}.lock`;
  mkdirSync(lock);
  writeFileSync(join(lock, 'of another tool'), '');
  utimesSync(lock, new Date(0), new Date(0));
  const doctor = await here.run(['doctor', '--json']);
  assert.equal(doctor.code, 12);
  const [first] = doctor.json<Diagnosis>().findings.filter(({ level }) => level === 'problem');
  assert.deepEqual([first?.probe, first?.code], ['lock', 'PREFLIGHT']);
  assert.match(String(first?.message), /app\.db\.lock is not an empty lock directory/);
});
