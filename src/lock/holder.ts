/** Who holds a SQLite lock on the database, as far as Linux shows: for the log line of a wait. */
import { readFileSync, statSync } from 'node:fs';
import { codeOf } from '../errors.ts';

/**
 * "pid 42 (python3)" for each process with a POSIX write lock on the file or its -shm, else "not known". Processes in
 * other containers are hidden, or shown without a pid.
 */
export function describeSqliteHolder(database: string): string {
  const inodes = [database, `${database}-shm`].flatMap((path) => {
    const stats = statSync(path, { throwIfNoEntry: false });
    return stats === undefined ? [] : [stats.ino];
  });
  // Each line: "1: POSIX  ADVISORY  WRITE 1234 fe:00:131074 1073741824 1073741824" (proc_locks(5)).
  const pids = new Set<string>();
  for (const line of readProc('/proc/locks').split('\n')) {
    const [, , , kind, pid, file] = line.trim().split(/\s+/);
    if (kind === 'WRITE' && pid !== undefined && inodes.includes(Number(file?.split(':')[2]))) pids.add(pid);
  }
  pids.delete(String(process.pid));
  if (pids.size === 0) return 'not known';
  return [...pids].map((pid) => `pid ${pid} (${readProc(`/proc/${pid}/comm`).trim() || 'unknown'})`).join(', ');
}

function readProc(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    // Not Linux, permission denied, or the process has ended: nothing is known then.
    if (['ENOENT', 'EACCES', 'EPERM', 'ESRCH'].includes(codeOf(error))) return '';
    throw error;
  }
}
