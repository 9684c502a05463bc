/**
 * Loaded into a supervisor before it starts (see `dieAtFileCall`): SIGKILLs it in the middle of a call that changes the
 * file system, with half of the bytes written where there are any, or has the call fail. Its children do not load it again.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';

const fatal = process.env['DRYDOCK_FAULT_CALL'] ?? '';
delete process.env['NODE_OPTIONS'];
const counts = new Map<string, number>();
/** Every such call after it fails too. */
let failing = false;

function isFatal(...names: readonly string[]): boolean {
  if (failing) return true;
  const found = names.some((name) => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return fatal === `${name} ${count}`;
  });
  failing = found && process.env['DRYDOCK_FAULT_LASTING'] !== undefined;
  return found;
}

/** Instead of dying: what the call ends with, as the system would say it. */
const failure = process.env['DRYDOCK_FAULT_ERROR'];

function die(): never {
  if (failure !== undefined) throw Object.assign(new Error(`${failure}: injected`), { code: failure });
  process.kill(process.pid, 'SIGKILL');
  // The signal is on its way: nothing may happen until it is here.
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
}

/** Dies instead of the call. */
function before<A extends unknown[], R>(name: string, call: (...args: A) => R): (...args: A) => R {
  return (...args) => {
    const path = args.findLast((arg) => typeof arg === 'string') ?? '';
    return isFatal('call', `${name} ${basename(path)}`) ? die() : call(...args);
  };
}

const { openSync, renameSync, writeSync, truncateSync, statSync, readFileSync, fsyncSync } = fs;
const { copyFile } = fs.promises;

function creates(flags: fs.OpenMode = 'r'): boolean {
  return typeof flags === 'number' ? (flags & fs.constants.O_CREAT) !== 0 : /^[wa]/.test(flags);
}

function halfCopied(from: fs.PathLike, to: fs.PathLike): never {
  fs.writeFileSync(to, readFileSync(from));
  truncateSync(to, Math.floor(statSync(to).size / 2));
  return die();
}

Object.assign(fs, {
  openSync: (path: fs.PathLike, flags?: fs.OpenMode, mode?: fs.Mode) =>
    creates(flags) && isFatal('call') ? die() : openSync(path, flags ?? 'r', mode),
  writeSync: (fd: number, ...args: unknown[]) => {
    const [bytes] = args;
    if (fd > 2 && bytes instanceof Uint8Array && isFatal('call')) {
      writeSync(fd, bytes.subarray(0, bytes.length / 2));
      die();
    }
    return Reflect.apply(writeSync, fs, [fd, ...args]);
  },
  fsyncSync: (fd: number) =>
    isFatal(`fsyncSync ${basename(fs.readlinkSync(`/proc/self/fd/${fd}`))}`) ? die() : fsyncSync(fd),
  renameSync: (from: fs.PathLike, to: fs.PathLike) => {
    const name = basename(String(to));
    if (isFatal('call', `renameSync ${name}`)) die();
    renameSync(from, to);
    if (isFatal(`renamed ${name}`)) die();
  },
  rmSync: before('rmSync', fs.rmSync),
  rmdirSync: before('rmdirSync', fs.rmdirSync),
  unlinkSync: before('unlinkSync', fs.unlinkSync),
  linkSync: before('linkSync', fs.linkSync),
  mkdirSync: before('mkdirSync', fs.mkdirSync),
  // proper-lockfile makes and removes its directory with these.
  mkdir: before('mkdir', fs.mkdir),
  rmdir: before('rmdir', fs.rmdir),
});
Object.assign(fs.promises, {
  copyFile: async (from: fs.PathLike, to: fs.PathLike, mode?: number) =>
    isFatal('call', 'copyFile') ? halfCopied(from, to) : copyFile(from, to, mode),
});
syncBuiltinESMExports();
