/** What kind of volume the database is on: file system, free space, mount points. */
import { readFileSync, statfsSync } from 'node:fs';
import { codeOf } from '../errors.ts';

/**
 * File systems whose locks do not reach every client, by the magic numbers of statfs(2). SQLite's locking, and so
 * everything that Drydock promises, depends on those locks (https://sqlite.org/howtocorrupt.html, section 2.1;
 * https://sqlite.org/wal.html).
 */
const networkFileSystems = new Map<number, string>([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x5346414f, 'AFS'],
  [0x00c36400, 'Ceph'],
  [0x01021997, '9P'],
  [0x65735546, 'FUSE'],
  [0x47504653, 'GPFS'],
  [0x0bd00bd0, 'Lustre'],
]);

/** The name of the network file system that holds a path, or undefined for a local one. */
export function networkFileSystem(path: string): string | undefined {
  return networkFileSystems.get(statfsSync(path).type);
}

/** Free bytes for an ordinary user on the volume of a path. */
export function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}

/**
 * True if the file itself is a mount point, as with `docker run -v app.db:/data/app.db`. Its -wal, -journal and locks are
 * then in a directory that no other container sees.
 */
export function isMountPoint(path: string): boolean {
  return mountPoints().includes(path);
}

function mountPoints(): string[] {
  let table: string;
  try {
    table = readFileSync('/proc/self/mountinfo', 'utf8');
  } catch (error) {
    // Only Linux has the table, and only Linux has bind mounts of a single file.
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
  return table.split('\n').flatMap((line) => {
    const field = line.split(' ')[4];
    return field === undefined ? [] : [unescapeOctal(field)];
  });
}

function unescapeOctal(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
