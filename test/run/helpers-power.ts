/** The production database on a volume whose power can be cut, and what must be there afterwards. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { drydock, type Result, type Running, startDrydock } from '../harness/drydock.ts';
import { dumpWithVersion, integrity } from '../harness/dump.ts';
import { bundledMigrations, type JournalMode, productionDatabase, testFolder } from '../harness/files.ts';
import { sha256Of } from '../harness/refusal.ts';
import { type PowerVolume, type PowerVolumeKind, powerVolume } from '../harness/volumes.ts';

export interface PowerSite {
  readonly volume: PowerVolume;
  readonly database: string;
  /** Content at 002, as it was set up, and at 007, as an upgrade on ordinary ground leaves it. */
  readonly old: string;
  readonly new: string;
  run(args: readonly string[]): Promise<Result>;
  start(args: readonly string[], pauseAt: string): Running;
}

const upgraded = new Map<JournalMode, Promise<string>>();

export async function powerSite(t: TestContext, kind: PowerVolumeKind, mode: JournalMode): Promise<PowerSite> {
  const afterUpgrade = upgraded.get(mode) ?? upgradeElsewhere(t, mode);
  upgraded.set(mode, afterUpgrade);
  const volume = powerVolume(t, kind);
  const database = productionDatabase(volume.path, mode);
  const flags = ['--database', database, '--migrations', bundledMigrations];
  volume.settle();
  return {
    volume,
    database,
    old: dumpWithVersion(database),
    new: await afterUpgrade,
    run: (args) => drydock([...args, ...flags]),
    start(args, pauseAt) {
      const running = startDrydock([...args, ...flags], { pauseAt });
      volume.usedBy(running.process);
      return running;
    },
  };
}

async function upgradeElsewhere(t: TestContext, mode: JournalMode): Promise<string> {
  const database = productionDatabase(testFolder(t), mode);
  assertDone(await drydock(['upgrade', '--database', database, '--migrations', bundledMigrations]));
  return dumpWithVersion(database);
}

export function assertDone(result: Result): Result {
  assert.equal(result.code, 0, result.stderr);
  return result;
}

/** Ends a run that stands at a fault point, its engine with it. */
export async function endAtOnce(running: Running): Promise<void> {
  running.process.kill('SIGKILL');
  await running.finished;
}

/** That a snapshot is there as it was reported: the bytes, the manifest, and Drydock's own proof. */
export async function assertSnapshot(site: PowerSite, id: string, sha256: string): Promise<void> {
  assert.equal(sha256Of(`${site.database}.snapshots/${id}.db`), sha256, 'the snapshot is the file that was reported');
  const verified = assertDone(await site.run(['snapshot', 'verify', id, '--json']));
  assert.equal(verified.json<{ snapshot: { sha256: string } }>().snapshot.sha256, sha256);
}

export function assertContent(site: PowerSite, expected: string): void {
  assert.equal(integrity(site.database), 'ok');
  assert.equal(dumpWithVersion(site.database), expected);
}
