/**
 * An interrupted restore that cannot be finished: an exchange may have left no file, and how far a restore came nothing else
 * tells. Only a person can go on, by restoring another snapshot.
 */
import { DrydockError } from '../errors.ts';
import { type Layout, snapshotsBeside } from '../files/layout.ts';
import type { RunJournal } from './journal.ts';
import type { SnapshotUnfit } from './prove-snapshot.ts';

export abstract class SourceUnusable extends DrydockError {
  constructor(what: string, mend: string, cause?: DrydockError) {
    super('RESTORE_FAILED', {
      what,
      state: 'Nothing was changed by this start',
      next: `${mend} and run again, or restore another one: drydock snapshot list, then drydock snapshot restore <id>`,
      cause,
    });
  }
}

/** The snapshot is not there. */
export class SourceGone extends SourceUnusable {
  constructor(layout: Layout, { runId, snapshots }: RunJournal, id: string) {
    // The folder may have been another one then: `snapshots.directory` was changed in the middle of a run.
    const before = snapshots ?? snapshotsBeside(layout.database);
    const elsewhere = before === layout.snapshots ? ' any more' : `; that run had its snapshots in ${before}`;
    super(
      `A restore of snapshot ${id} was interrupted (run ${runId}), and that snapshot is not in ${layout.snapshots}${elsewhere}`,
      'Put the snapshot and its manifest back',
    );
  }
}

/** The snapshot is not what was taken any more. */
export class SourceUnfit extends SourceUnusable {
  constructor({ runId }: RunJournal, id: string, cause: SnapshotUnfit) {
    const what = `A restore of snapshot ${id} was interrupted (run ${runId}) and cannot be finished: ${cause.what}`;
    super(what, cause.mend, cause);
  }
}
