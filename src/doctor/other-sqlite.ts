/** The SQLite libraries that other programs here bring along, and their bug that can damage a database in WAL mode. */
import { spawnSync } from 'node:child_process';
import { isInWal } from '../files/database-reader.ts';
import { type DoctorFinding, notice, ok } from './finding.ts';
import type { DoctorSubject } from './subject.ts';

/** Each prints the version first. Python isolated, and without writing compiled modules. */
const programs = [
  { name: 'sqlite3', args: ['--version'] },
  { name: 'python3', args: ['-IBc', 'import sqlite3; print(sqlite3.sqlite_version)'] },
];

/** Twice this at most is what a hanging program costs. */
const patienceMs = 2_000;

/** Says nothing of a program that is missing, fails or hangs. */
export function otherSqlite({ layout, content }: DoctorSubject): DoctorFinding[] {
  if (content instanceof Error && content.code !== 'BUSY') return [];
  const wal = isInWal(layout.database);
  return programs.flatMap(({ name, args }) => {
    const version = versionOf(name, args);
    if (version === undefined) return [];
    const found = `${name} on the PATH uses SQLite ${version}`;
    if (!hasWalResetBug(version)) return [ok('versions', found)];
    const bug = `${found}, which has the WAL-reset bug (https://sqlite.org/wal.html)`;
    return wal
      ? [
          notice(
            'versions',
            `${bug}: a checkpoint at the same moment as another program's commit can damage this database`,
            'Update it to SQLite 3.51.3 or newer (or 3.50.7, 3.44.6) before it writes to this database again',
          ),
        ]
      : [ok('versions', `${bug}; it concerns databases in WAL mode, which this one is not`)];
  });
}

function versionOf(program: string, args: readonly string[]): string | undefined {
  const { stdout } = spawnSync(program, args, {
    stdio: ['ignore', 'pipe', 'ignore'],
    encoding: 'utf8',
    timeout: patienceMs,
    killSignal: 'SIGKILL',
    maxBuffer: 64 * 1024,
  });
  return /^\d+\.\d+\.\d+/.exec(stdout ?? '')?.[0];
}

/**
 * From 3.7.0 to 3.51.2, except for the two lines that got the correction too.
 * @param version `3.50.7`
 */
export function hasWalResetBug(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  if (major !== 3 || minor < 7 || minor > 51) return false;
  const firstCorrected = new Map([
    [44, 6],
    [50, 7],
    [51, 3],
  ]);
  return patch < (firstCorrected.get(minor) ?? Number.POSITIVE_INFINITY);
}
