/**
 * Volumes of a test's own: one that loses what was not fsynced, one that is small, one that may only be read. They take
 * root, Linux and a tool or two; ops/test-tools.sh installs what is missing.
 */
import { type ChildProcess, execFileSync } from 'node:child_process';
import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  realpathSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { missingTools } from './tools.ts';

export type PowerVolumeKind = 'ext4' | 'xfs';

/**
 * The options of a test that mounts: skipped with the reason on a developer's machine that cannot, run and failed where
 * CI says that it must.
 */
export function needs(...tools: readonly string[]): { skip: string | false } {
  const why = whatIsMissing(tools);
  return { skip: why !== undefined && process.env['CI'] !== 'true' ? `not run: ${why}` : false };
}

function requireTools(...tools: readonly string[]): void {
  const why = whatIsMissing(tools);
  if (why !== undefined) throw new Error(`not run: ${why}`);
}

function whatIsMissing(tools: readonly string[]): string | undefined {
  if (process.platform !== 'linux') return 'this needs Linux';
  if (process.getuid?.() !== 0) return 'this mounts a volume and needs root';
  return missingTools(tools);
}

/** Runs a tool of the system; throws with what it said where it fails. */
function tool(name: string, ...args: readonly string[]): string {
  const PATH = `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`;
  return execFileSync(name, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH },
  });
}

export interface PowerVolume {
  /** Where it is mounted, before a cut and after it. */
  readonly path: string;
  /** Ends this process before the volume goes, however the test ends. */
  usedBy(process: ChildProcess): void;
  /** Makes everything on it durable: what a test sets up must not be what the cut takes. */
  settle(): void;
  /**
   * Cuts the power: what no fsync has brought to the disk is gone. Then mounts what is left. Processes that have files
   * of it open must be ended by `end`, as a power cut would end them: a file system that is down does not let them go on.
   */
  cutPower(end: () => Promise<void>): Promise<void>;
}

export const powerTools = ['xfs_io', 'mount', 'umount', 'losetup'];

export function powerVolume(t: TestContext, kind: PowerVolumeKind): PowerVolume {
  requireTools(...powerTools, `mkfs.${kind}`);
  const folder = realpathSync(mkdtempSync(join(process.env['TEST_TMPDIR'] ?? tmpdir(), 'drydock-power-')));
  const image = join(folder, 'image');
  const path = join(folder, 'volume');
  mkdirSync(path);
  const users = usersOf(t);
  t.after(async () => {
    await unmount(path);
    rmSync(folder, { recursive: true });
  });
  // Sparse: 320 MB is the least that xfs takes, and little of it is ever written.
  const fd = openSync(image, 'w');
  ftruncateSync(fd, 320 * 1024 * 1024);
  closeSync(fd);
  tool(`mkfs.${kind}`, '-q', kind === 'xfs' ? '-f' : '-F', image);
  const mount = () => tool('mount', '-o', 'loop', image, path);
  mount();
  return {
    path,
    usedBy: (process) => void users.push(process),
    settle: () => void tool('sync', '-f', path),
    async cutPower(end) {
      // FS_IOC_SHUTDOWN without a flush of the log: from here on nothing reaches the image.
      tool('xfs_io', '-x', '-c', 'shutdown', path);
      await end();
      await unmount(path);
      mount();
    },
  };
}

/** What is in the list is killed when the test is over: a run that stands at a fault point would stand there for ever. */
function usersOf(t: TestContext): ChildProcess[] {
  const users: ChildProcess[] = [];
  t.after(() => {
    for (const process of users) process.kill('SIGKILL');
  });
  return users;
}

/** A process that was just killed may hold the volume for a moment longer. */
async function unmount(path: string): Promise<void> {
  for (let attempt = 1; isMounted(path); attempt++) {
    try {
      tool('umount', path);
    } catch (error) {
      if (attempt === 200) throw error;
      await setTimeout(50);
    }
  }
}

function isMounted(path: string): boolean {
  return tool('mount').includes(` on ${path} type `);
}

export interface SmallVolume {
  readonly path: string;
  /** Ends this process before the volume goes, however the test ends. */
  usedBy(process: ChildProcess): void;
  readonly freeBytes: () => number;
  /** Takes all that is free but so many bytes. */
  fill(leaveBytes?: number): void;
  /** Gives back what `fill` took. */
  free(): void;
}

/** A volume of so many bytes, in memory. */
export function smallVolume(t: TestContext, bytes: number): SmallVolume {
  requireTools('mount', 'umount');
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'drydock-small-')));
  const users = usersOf(t);
  t.after(async () => {
    await unmount(path);
    rmSync(path, { recursive: true });
  });
  tool('mount', '-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', path);
  const freeBytes = () => {
    const { bavail, bsize } = statfsSync(path);
    return bavail * bsize;
  };
  const ballast = join(path, 'ballast');
  return {
    path,
    usedBy: (process) => void users.push(process),
    freeBytes,
    fill(leaveBytes = 0) {
      const fd = openSync(ballast, 'a');
      try {
        const block = Buffer.alloc(4096, 1);
        while (freeBytes() >= leaveBytes + block.length) writeSync(fd, block);
        if (fstatSync(fd).size === 0) throw new Error('there was nothing to fill');
      } finally {
        closeSync(fd);
      }
    },
    free: () => rmSync(ballast),
  };
}

export const mountTools = ['unshare', 'mount'];

/**
 * The beginning of a command line that sees mounts nobody else sees: what `setUp`, a line of sh, mounts is gone with the
 * command.
 */
export function withOwnMounts(setUp: string): readonly string[] {
  requireTools(...mountTools);
  return ['unshare', '--mount', 'sh', '-euc', `${setUp}; exec "$@"`, 'sh'];
}

/** The same folder, where nothing may be written. */
export const readOnlyFolder = (folder: string) =>
  withOwnMounts(`mount --bind '${folder}' '${folder}'; mount -o remount,bind,ro '${folder}'`);

/** What `docker run -v app.db:/data/app.db` makes of a file. */
export const fileMountedAlone = (file: string) => withOwnMounts(`mount --bind '${file}' '${file}'`);
