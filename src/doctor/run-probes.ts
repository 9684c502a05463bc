/** Other runs: one in progress, one that died, and the records of past ones. */
import { describeSqliteHolder } from '../lock/holder.ts';
import { describeOwner, readOwner } from '../lock/owner.ts';
import { lookAtVisibleLock } from '../lock/visible-lock.ts';
import { listRunRecords } from '../records/store.ts';
import { sourceMissing } from '../run/endings.ts';
import { readJournal } from '../run/journal.ts';
import { lookUpSnapshot } from '../snapshots/catalog.ts';
import { attempt, type DoctorFinding, notice, ok, problem } from './finding.ts';
import type { DoctorSubject } from './subject.ts';

export function lock({ layout }: DoctorSubject): DoctorFinding[] {
  const visible = lookAtVisibleLock(layout);
  if (visible.kind === 'in the way') return [problem('lock', visible.error)];
  const owner = describeOwner(readOwner(layout.owner));
  const holder = describeSqliteHolder(layout.runnerLock);
  if (holder !== 'not known' || visible.kind === 'alive') {
    const seen = holder === 'not known' ? '' : `, held by ${holder}`;
    return [
      notice(
        'lock',
        `another run is in progress (${owner}${seen})`,
        'Nothing to do: a new run waits for it, up to lock_timeout',
      ),
    ];
  }
  if (visible.kind === 'none') return [ok('lock', 'no run holds it')];
  const age = `${Math.round(visible.ageMs / 1000)} s`;
  return [
    notice(
      'lock',
      `${layout.visibleLock} was left by a run that died, and has not been touched for ${age} (${owner})`,
      'Nothing to do: the next run removes it, as does `drydock unlock`',
    ),
  ];
}

export function lastRun({ layout }: DoctorSubject): DoctorFinding[] {
  const journal = attempt(() => readJournal(layout.runJournal));
  if (journal === undefined) return [ok('last run', 'no run was interrupted')];
  if (journal instanceof Error) return [problem('last run', journal)];
  const { runId, command, phase, startedAt, restoring, exchanging } = journal;
  const source = restoring?.source ?? exchanging?.source;
  if (source !== undefined && lookUpSnapshot(layout, source) === undefined)
    return [problem('last run', sourceMissing(layout, journal, source))];
  return [
    notice(
      'last run',
      `run ${runId} (${command}, begun ${startedAt}) is in progress, or was interrupted while ${phase}`,
      'Nothing to do: the next run finishes it first',
    ),
  ];
}

export function records({ layout }: DoctorSubject): DoctorFinding[] {
  const { runs, damaged } = listRunRecords(layout, Number.POSITIVE_INFINITY);
  if (damaged.length === 0) {
    const { length } = runs;
    return [
      ok('records', length === 0 ? 'no run has left a record' : `${length} of the last runs, and each can be read`),
    ];
  }
  return damaged.map(({ path, problem: why }) =>
    notice('records', `${path} cannot be read: ${why}`, 'Remove it: it is only used for reports'),
  );
}
