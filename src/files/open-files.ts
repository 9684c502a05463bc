/** Which processes have a file open, as far as Linux shows; it hides those of other containers and other users. */
import { type BigIntStats, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { codeOf } from '../errors.ts';

/**
 * "pid 42 (python3)" for each other process that has the file open, by whatever path (a container's, a hard link's), or
 * that had it open by this path when it was deleted.
 */
export function processesWithOpen(path: string): string[] {
  return processesWithAnyOpen([path]);
}

/** As {@link processesWithOpen}, for a process that has at least one of the files open. */
export function processesWithAnyOpen(paths: readonly string[]): string[] {
  const files = paths.map(fileOf);
  return entries('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .filter((pid) => entries(`/proc/${pid}/fd`).some((fd) => files.some((isFile) => isFile(pid, fd))))
    .map((pid) => `pid ${pid} (${commandOf(pid)})`);
}

/** Tells whether a descriptor of a process is of that file, or of one that had this path when it was deleted. */
function fileOf(path: string): (pid: string, fd: string) => boolean {
  // https://man7.org/linux/man-pages/man5/proc_pid_fd.5.html
  const deleted = `${path} (deleted)`;
  const isThere = fileThere(path);
  return (pid, fd) => targetOf(`/proc/${pid}/fd/${fd}`) === deleted || isThere(pid, fd);
}

function fileThere(path: string): (pid: string, fd: string) => boolean {
  const file = statSync(path, { bigint: true, throwIfNoEntry: false });
  return (pid, fd) => {
    const link = `/proc/${pid}/fd/${fd}`;
    if (file === undefined) return false;
    // stat only likely files: the file system of any other may not respond.
    const mayBe = targetOf(link) === path || [undefined, String(file.ino)].includes(inodeTold(pid, fd));
    return mayBe && isSame(file, statsOf(link));
  };
}

/** True if this process itself has the file open, by whatever path. */
export function isOpenHere(path: string): boolean {
  const isFile = fileThere(path);
  return entries('/proc/self/fd').some((fd) => isFile('self', fd));
}

/** The process has ended or is another user's; this is not Linux; or its file system has failed, so it is not ours. */
const notShown = ['ENOENT', 'EACCES', 'EPERM', 'ESRCH', 'ENOTDIR', 'EIO', 'ESTALE', 'ENOTCONN'];

function shown<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch (error) {
    if (notShown.includes(codeOf(error))) return otherwise;
    throw error;
  }
}

function entries(path: string): string[] {
  return shown(() => readdirSync(path), []);
}

function targetOf(link: string): string {
  return shown(() => readlinkSync(link), '');
}

/** Available since Linux 5.14. */
function inodeTold(pid: string, fd: string): string | undefined {
  return /^ino:\s*(\d+)$/m.exec(shown(() => readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'utf8'), ''))?.[1];
}

function statsOf(link: string): BigIntStats | undefined {
  return shown(() => statSync(link, { bigint: true, throwIfNoEntry: false }), undefined);
}

function isSame(one: BigIntStats, other: BigIntStats | undefined): boolean {
  return one.dev === other?.dev && one.ino === other.ino;
}

function commandOf(pid: string): string {
  return shown(() => readFileSync(`/proc/${pid}/comm`, 'utf8').trim(), 'unknown');
}
