/** Other processes that use the database, and the versions that a run would use. */
import Driver from 'better-sqlite3';
import { DrydockError, messageOf } from '../errors.ts';
import { processesWithOpen } from '../files/open-files.ts';
import { describeList } from '../format.ts';
import { toolVersion } from '../version.ts';
import { type DoctorFinding, notice, ok, problem } from './finding.ts';
import type { DoctorSubject } from './subject.ts';

export function users({ layout }: DoctorSubject): DoctorFinding[] {
  const found = processesWithOpen(layout.database);
  if (found.length === 0) {
    return [ok('users', 'no process has the database open, as far as is visible from here (other containers are not)')];
  }
  return [
    notice(
      'users',
      `${describeList(found)} ${found.length === 1 ? 'has' : 'have'} the database open`,
      'Nothing to do if they keep their transactions short: a run waits for them, up to busy_timeout',
    ),
  ];
}

export function versions(_subject: DoctorSubject): DoctorFinding[] {
  try {
    const driver = new Driver(':memory:');
    const sqlite = driver.prepare('SELECT sqlite_version()').pluck().get();
    driver.close();
    const versionsHere = `Drydock ${toolVersion()}, Node.js ${process.versions.node}`;
    return [ok('versions', `${versionsHere}, SQLite ${sqlite} to write and ${process.versions['sqlite']} to read`)];
  } catch (error) {
    const broken = new DrydockError('FAULT', {
      what: `better-sqlite3, which runs need to write, cannot be loaded: ${messageOf(error)}`,
      next: 'Install it for this platform: npm ci on the machine that runs it, or the image for its architecture',
    });
    return [problem('versions', broken)];
  }
}
