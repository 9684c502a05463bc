/**
 * The power goes. The volume is a loop device that is shut down without a flush of its log, so that what no fsync has
 * brought to the disk is lost. What was reported before the cut must be there after it.
 */
import assert from 'node:assert/strict';
import {
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import Database from 'better-sqlite3';
import type { Result } from '../harness/drydock.ts';
import { createDatabase, type JournalMode } from '../harness/files.ts';
import { sha256Of } from '../harness/refusal.ts';
import { needs, type PowerVolumeKind, powerTools, powerVolume } from '../harness/volumes.ts';
import { assertContent, assertDone, assertSnapshot, endAtOnce, powerSite } from './helpers-power.ts';

/** After a command has ended there is no process left that the cut must end. */
const nobody = async () => undefined;

/** @param modes In which the cuts of a run are tried. */
export function powerCuts(kind: PowerVolumeKind, modes: readonly JournalMode[]): void {
  const options = needs(...powerTools, `mkfs.${kind}`);

  test(
    `a proven way back: the cut takes a copy that was not fsynced, and leaves one that was (${kind})`,
    options,
    async (t) => {
      const volume = powerVolume(t, kind);
      const original = join(volume.path, 'original');
      writeFileSync(original, Buffer.alloc(1024 * 1024, 7));
      volume.settle();
      const copies = [true, false].map((durable) => {
        const copy = join(volume.path, durable ? 'fsynced' : 'plain');
        copyFileSync(original, copy);
        if (durable) for (const path of [copy, dirname(copy)]) fsync(path);
        return copy;
      });
      await volume.cutPower(nobody);
      const [fsynced = '', plain = ''] = copies;
      assert.equal(sha256Of(fsynced), sha256Of(original), 'what was fsynced is there');
      assert.ok(!existsSync(plain) || sha256Of(plain) !== sha256Of(original), 'what was not is lost');
    },
  );

  test(
    `no lost write: the cut takes a commit of synchronous = NORMAL, and leaves one of EXTRA (${kind})`,
    options,
    async (t) => {
      const volume = powerVolume(t, kind);
      const databases = ['NORMAL', 'EXTRA'].map((synchronous) => {
        const path = createDatabase(join(volume.path, `${synchronous}.db`), 'wal', 'CREATE TABLE t (x)');
        volume.settle();
        return { path, synchronous };
      });
      const open = databases.map(({ path, synchronous }) => {
        const db = new Database(path);
        db.pragma(`synchronous = ${synchronous}`);
        return db;
      });
      for (const db of open.toReversed()) db.exec('INSERT INTO t VALUES (1)');
      await volume.cutPower(async () => {
        for (const db of open) closeWhereTheDiskIsGone(db);
      });
      const rows = databases.map(({ path }) => {
        const db = new Database(path);
        const count = db.prepare('SELECT count(*) FROM t').pluck().get();
        db.close();
        return count;
      });
      assert.deepEqual(rows, [0, 1]);
    },
  );

  for (const mode of modes) powerCutsOfARun(kind, mode);
}

function powerCutsOfARun(kind: PowerVolumeKind, mode: JournalMode): void {
  const on = `(${mode}, ${kind})`;
  const options = needs(...powerTools, `mkfs.${kind}`);

  test(
    `a proven way back: a power cut after 'snapshot done' leaves the snapshot and the old state ${on}`,
    options,
    async (t) => {
      const site = await powerSite(t, kind, mode);
      const running = site.start(['upgrade'], 'phase:migrate');
      await running.reached();
      const { snapshot, sha256 } = await running.logged((line) => line.phase === 'inspect' && line.msg === 'inspect');
      await site.volume.cutPower(() => endAtOnce(running));

      assertContent(site, site.old);
      await assertSnapshot(site, String(snapshot), String(sha256));
      assertDone(await site.run(['upgrade']));
      assertContent(site, site.new);
    },
  );

  test(
    `all or nothing: a power cut after 'committed' leaves the new state, and the next start verifies it ${on}`,
    options,
    async (t) => {
      const site = await powerSite(t, kind, mode);
      const running = site.start(['upgrade'], 'phase:verify');
      await running.reached();
      const { snapshot, sha256 } = await running.logged((line) => line.phase === 'inspect' && line.msg === 'inspect');
      await site.volume.cutPower(() => endAtOnce(running));

      const next = assertDone(await site.run(['upgrade', '--json'])).json<{
        outcome: string;
        recovered: { outcome: string };
      }>();
      assert.equal(next.outcome, 'nothing-pending');
      assert.equal(next.recovered.outcome, 'committed');
      assertContent(site, site.new);
      await assertSnapshot(site, String(snapshot), String(sha256));
    },
  );

  test(`all or nothing: a power cut after exit 0 takes nothing back ${on}`, options, async (t) => {
    const site = await powerSite(t, kind, mode);
    const { snapshot } = assertDone(await site.run(['upgrade', '--json'])).json<{ snapshot: Stored }>();
    await site.volume.cutPower(nobody);

    assertContent(site, site.new);
    await assertSnapshot(site, snapshot.id, snapshot.sha256);
    assertNothingPending(await site.run(['upgrade', '--json']));
  });

  test(
    `a proven way back: a power cut after 'restored' leaves what was restored and what it replaced ${on}`,
    options,
    async (t) => {
      const site = await powerSite(t, kind, mode);
      assertDone(await site.run(['upgrade']));
      site.volume.settle();
      const restore = assertDone(await site.run(['snapshot', 'restore', 'latest', '--yes', '--json'])).json<{
        restored: Stored;
        kept: string;
      }>();
      const kept = sha256Of(restore.kept);
      await site.volume.cutPower(nobody);

      assertContent(site, site.old);
      assert.equal(journalModeOf(site.database), mode);
      await assertSnapshot(site, restore.restored.id, restore.restored.sha256);
      assert.equal(sha256Of(restore.kept), kept);
      assertDone(await site.run(['upgrade']));
      assertContent(site, site.new);
    },
  );

  test(
    `a proven way back: a power cut after a destroyed file was exchanged leaves the snapshot in its place ${on}`,
    options,
    async (t) => {
      const site = await powerSite(t, kind, mode);
      assertDone(await site.run(['snapshot', 'create']));
      writeFileSync(site.database, 'not a database any more');
      site.volume.settle();
      const { kept } = assertDone(await site.run(['snapshot', 'restore', 'latest', '--yes', '--json'])).json<{
        kept: string;
      }>();
      await site.volume.cutPower(nobody);

      assertContent(site, site.old);
      assert.equal(journalModeOf(site.database), mode);
      assert.deepEqual(
        readdirSync(kept).map((name) => readFileSync(join(kept, name), 'utf8')),
        ['not a database any more'],
      );
      assertDone(await site.run(['upgrade']));
      assertContent(site, site.new);
    },
  );
}

interface Stored {
  readonly id: string;
  readonly sha256: string;
}

function assertNothingPending(result: Result): void {
  assert.equal(assertDone(result).json()['outcome'], 'nothing-pending');
  assert.equal(result.log.length, 0, 'no run was needed to tell');
}

function fsync(path: string): void {
  const fd = openSync(path, 'r');
  fsyncSync(fd);
  closeSync(fd);
}

function journalModeOf(path: string): unknown {
  const db = new Database(path, { readonly: true });
  try {
    return db.pragma('journal_mode', { simple: true });
  } finally {
    db.close();
  }
}

/** Closing checkpoints the WAL, which cannot be written any more. */
function closeWhereTheDiskIsGone(db: Database.Database): void {
  try {
    db.close();
  } catch (error) {
    assert.match(String(error), /I\/O error/);
  }
}
